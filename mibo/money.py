"""Money is a whole number of paise, everywhere, always."""

from typing import NewType

Paise = NewType("Paise", int)


def rupees(paise: int) -> str:
    """`₹1,20,000` or `₹1,600.50`: Indian grouping, paise only when there are some."""
    sign, paise = ("-" if paise < 0 else ""), abs(paise)
    whole, rest = divmod(paise, 100)
    digits = str(whole)
    head, tail = digits[:-3], digits[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    grouped = ",".join([*groups, tail])
    return f"{sign}₹{grouped}" + (f".{rest:02d}" if rest else "")


def whole_rupees(paise: int) -> int | float:
    """Rupees as a JSON number: a whole number unless there are paise."""
    return paise // 100 if paise % 100 == 0 else paise / 100


ONES = (
    "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
STEPS = ((10_000_000, "crore"), (100_000, "lakh"), (1_000, "thousand"), (100, "hundred"))


def in_words(paise: int) -> str:
    """`Rupees one lakh twenty thousand only`, as receipts say it; paise only when there are some. Not for less than zero."""
    whole, rest = divmod(paise, 100)
    parts = [f"rupees {number_in_words(whole)}"] if whole or not rest else []
    if rest:
        parts.append(f"{number_in_words(rest)} paise")
    words = f"{' and '.join(parts)} only"
    return words[0].upper() + words[1:]


def number_in_words(number: int) -> str:
    """A whole number by Indian numbering: thousand, lakh, crore."""
    if number < 20:
        return ONES[number] or "zero"
    if number < 100:
        return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    size, name = next(step for step in STEPS if number >= step[0])
    head, tail = divmod(number, size)
    return f"{number_in_words(head)} {name}" + (f" {number_in_words(tail)}" if tail else "")
