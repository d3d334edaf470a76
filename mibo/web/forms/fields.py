"""Fields WTForms does not have. Each is drawn by a macro of templates/ui/forms.html."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field, IntegerField


class DateParts(Field):
    """A date typed into three boxes of one name: day, month, year. `data` is a date, or None when all are empty."""

    WRONG = "Enter a real date, for example 27 3 1994."

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

    WRONG = "Enter a whole number, for example 34."

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read it. Raises ValueError, which WTForms says beside the field."""
        try:
            super().process_formdata(list(valuelist))
        except ValueError:
            raise ValueError(self.WRONG) from None
