"""A form draws an input; the input's own model decides whether the values are good, and its errors land beside the fields."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from flask_wtf import FlaskForm
from pydantic import BaseModel, ValidationError

from mibo.errors import Invalid

Input = TypeVar("Input", bound=BaseModel)
MISSING = {"missing", "string_too_short", "none_required"}


class InputForm(FlaskForm):  # type: ignore[misc]
    """A Flask-WTF form that draws the fields of an input model."""

    missing: ClassVar[Mapping[str, str]] = {}
    """What to say where a field was left empty, when `Enter …` and its label make no good sentence."""

    class Meta:
        """Typed blanks around a value are nobody's intention."""

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            filters = [*unbound_field.kwargs.get("filters", ()), _stripped]
            return unbound_field.bind(form=form, filters=filters, **options)

    def read(self, kind: type[Input]) -> Input | None:
        """The input, when the form was sent and all of it is good; else None, with the errors at the fields."""
        if not self.validate_on_submit():
            return None
        values = {name: field.data for name, field in self._fields.items() if name in kind.model_fields}
        try:
            return kind.model_validate({name: value for name, value in values.items() if value not in ("", None)})
        except ValidationError as error:
            for problem in error.errors(include_input=False, include_url=False):
                self._put(str(problem["loc"][0]) if problem["loc"] else "", problem["type"], problem["msg"])
            return None

    def _put(self, name: str, kind: str, message: str) -> None:
        field = self._fields.get(name)
        label = field.label.text if field is not None else "this"
        asked = self.missing.get(name) or f"Enter {label[:1].lower()}{label[1:]}."
        self.say(name, asked if kind in MISSING else _sentence(kind, message))

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


def _sentence(kind: str, message: str) -> str:
    if kind == "string_too_long":
        return f"That is too long: {message.removeprefix('String should have ').replace('characters', 'letters')}."
    return message.removeprefix("Value error, ")


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
