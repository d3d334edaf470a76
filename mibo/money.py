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
