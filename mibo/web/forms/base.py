"""A form draws an input; the input's own model decides whether the values are good, and its errors land beside the fields."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, TypeVar

from flask_babel import gettext
from flask_wtf import FlaskForm
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from wtforms import PasswordField

from mibo import db
from mibo.errors import Conflict, Invalid
from mibo.phrases import Phrase
from mibo.web import keys
from mibo.web.languages import put

Input = TypeVar("Input", bound=BaseModel)
Made = TypeVar("Made")
MISSING = {"missing", "string_too_short", "too_short", "none_required"}
TOO_LONG = {"string_too_long", "too_long"}
OUT_OF_CHOICE = {"enum", "literal_error"}
NO_DATE = "date_"  # how pydantic's names for what is no date begin
NO_DAY = "That is no day of the calendar. Choose a real date."


class InputForm(FlaskForm):  # type: ignore[misc]
    """A Flask-WTF form that draws the fields of an input model."""

    missing: ClassVar[Mapping[str, str]] = {}
    """What to say where a field was left empty, when `Enter …` and its label make no good sentence."""

    status = 422
    """What the page of a form with errors is answered with."""

    also: ClassVar[Collection[str]] = ()
    """What the page sends along that is no field of the form: where one came from, which button it was."""

    class Meta:
        """Typed blanks around a value are nobody's intention, except around a password."""

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            strip = () if issubclass(unbound_field.field_class, PasswordField) else (_stripped,)
            filters = [*unbound_field.kwargs.get("filters", ()), *strip]
            return unbound_field.bind(form=form, filters=filters, **options)

    def read(self, kind: type[Input]) -> Input | None:
        """The input, when the form was sent and all of it is good; else None, with the errors at the fields."""
        if self.is_submitted() and not keys.are_known({*self._fields, *self.also}):
            self.form_errors.append(keys.UnknownKeys.message)
            return None
        if not self.validate_on_submit():
            return None
        values = {name: field.data for name, field in self._fields.items() if name in kind.model_fields}
        try:
            return kind.model_validate({name: value for name, value in values.items() if value not in ("", None)})
        except ValidationError as error:
            for problem in error.errors(include_input=False, include_url=False):
                name = str(problem["loc"][0]) if problem["loc"] else ""
                self.say(name, self._sentence(name, problem))
            return None

    def _sentence(self, name: str, problem: ErrorDetails) -> str:
        kind, field = problem["type"], self._fields.get(name)
        if kind in MISSING:
            label = field.label.text if field is not None else "this"
            return self.missing.get(name) or gettext("Enter %(label)s.", label=put(label)[:1].lower() + put(label)[1:])
        if kind in TOO_LONG:
            longest = problem["ctx"]["max_length"]
            return str(gettext("That is too long. It may have up to %(longest)s letters.", longest=longest))
        if kind in OUT_OF_CHOICE:
            return self.missing.get(name) or gettext("Choose one of the options.")
        if kind.startswith(NO_DATE):
            return NO_DAY
        label = field.label.text if field is not None else "This"
        said = problem.get("ctx", {}).get("error")  # of a ValueError: it may hold a phrase
        if isinstance(said, ValueError) and isinstance(said.args[0], Phrase):
            return said.args[0]
        return put(problem["msg"].removeprefix("Value error, ")).replace("{field}", put(label))

    def say(self, name: str, sentence: str) -> None:
        """Put a sentence beside a field, or at the head of the form when there is no such field."""
        if name in self._fields:
            self._fields[name].errors = [*self._fields[name].errors, sentence]
        else:
            self.form_errors.append(sentence)

    def refuse(self, error: Invalid) -> None:
        """Put what a rule found wrong beside its fields."""
        for problem in error.problems:
            self.say(problem.field, problem.message)
        if not error.problems:
            self.form_errors.append(error.message)

    @property
    def problems(self) -> list[str]:
        """All that is wrong, for a page that says it in one place."""
        return [str(sentence) for field in self for sentence in field.errors] + [str(one) for one in self.form_errors]

    def made(self, kind: type[Input], act: Callable[[Input], Made], *, at: str = "") -> Made | None:
        """What was made of the input, in a transaction of its own; None where it is no good, or was refused. Then the form
        says why not, `at` a field where something got there first, and `status` is what its page is answered with.
        """
        if (said := self.read(kind)) is None:
            return None
        try:
            with db.transaction():
                return act(said)
        except Invalid as error:
            self.refuse(error)
        except Conflict as error:
            self.status = 409
            self.say(at, error.message)
        return None

    def done(self, kind: type[Input], act: Callable[[Input], object], *, at: str = "") -> bool:
        """Whether it was done; as `made`."""
        return self.made(kind, lambda said: [act(said)], at=at) is not None


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
