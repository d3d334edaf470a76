"""Fields WTForms does not have. Each is drawn by a macro of templates/ui/forms.html."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field, IntegerField

from mibo.phrases import phrase

RUPEES = re.compile(r"(?:₹|Rs\.?|INR)?\s*(-?[0-9][0-9, ]*)(?:\.([0-9]{0,2}))?", re.IGNORECASE)
MOST_DIGITS = 7


class DateParts(Field):
    """A date typed into three boxes of one name: day, month, year. `data` is a date, or None when all are empty."""

    WRONG = phrase("Enter a real date, for example 27 3 1994.")

    @property
    def parts(self) -> list[str]:
        """What stands in the boxes: what was typed, else the date's own day, month and year."""
        if self.raw_data:
            return [*map(str, self.raw_data), "", "", ""][:3]
        return [str(self.data.day), str(self.data.month), str(self.data.year)] if self.data else ["", "", ""]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the three boxes. Raises ValueError, which WTForms says beside the field."""
        typed = [str(part).strip() for part in valuelist]
        self.data = None
        if not any(typed):
            return
        try:
            day, month, year = map(int, typed)
            self.data = date(year, month, day)
        except ValueError:
            raise ValueError(self.WRONG) from None


class WholeNumber(IntegerField):
    """A whole number, which says in our own words what is wrong with what was typed."""

    WRONG = phrase("Enter a whole number, for example 34.")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read it. Raises ValueError, which WTForms says beside the field."""
        try:
            super().process_formdata(list(valuelist))
        except ValueError:
            raise ValueError(self.WRONG) from None


class Rupees(IntegerField):
    """Whole rupees, however they are written: 1200, 1,200, ₹1,200 or 1200.00. `data` is a number of rupees, or None."""

    WRONG = "Enter an amount in rupees, for example 1200."
    PAISE = "Enter whole rupees, without paise."
    TOO_MUCH = "That is more than anybody pays. Look at the amount again."

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read it. Raises ValueError, which WTForms says beside the field."""
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        found = RUPEES.fullmatch(typed)
        if found is None:
            raise ValueError(self.WRONG)
        if found[2] and found[2].strip("0"):
            raise ValueError(self.PAISE)
        digits = found[1].replace(",", "").replace(" ", "")
        if len(digits.lstrip("-0")) > MOST_DIGITS:
            raise ValueError(self.TOO_MUCH)
        self.data = int(digits)
