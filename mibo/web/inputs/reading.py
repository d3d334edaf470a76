"""From what was sent to an input, or to a sentence for each field that makes no sense."""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mibo.errors import Invalid, Problem
from mibo.web.inputs.base import Input

Model = TypeVar("Model", bound=Input)

OUR_OWN = {"id", "day", "wall_clock", "instant", "phone", "choice"}
SENTENCES = {
    "missing": "{field} is required.",
    "extra_forbidden": "{field} is not expected here.",
    "string_type": "{field} must be text.",
    "string_too_short": "{field} must have at least {min_length} characters.",
    "string_too_long": "{field} must have at most {max_length} characters.",
    "too_short": "{field} must name at least {min_length}.",
    "too_long": "{field} must name at most {max_length}.",
    "greater_than_equal": "{field} must be at least {ge}.",
    "less_than_equal": "{field} must be at most {le}.",
    "int_type": "{field} must be a whole number.",
    "int_parsing": "{field} must be a whole number.",
    "int_from_float": "{field} must be a whole number.",
}


def read(model: type[Model], sent: Mapping[str, Any], *, strangers: Literal["ignore", "forbid"] = "forbid") -> Model:
    """The input. Unknown keys are refused, as pages want it, or ignored, as the API does. Raises Invalid."""
    try:
        return model.model_validate(sent, extra=strangers)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
    raise Invalid(problems=[Problem(field_of(model, one), _sentence(model, one)) for one in wrong])


def field_of(model: type[Input], wrong: ErrorDetails) -> str:
    """The field's own name, whichever name it came by."""
    told = str(wrong["loc"][0]) if wrong["loc"] else ""
    by_alias = {field.alias: name for name, field in model.model_fields.items()}
    return by_alias.get(told) or told


def _sentence(model: type[Input], wrong: ErrorDetails) -> str:
    field = _words(model, wrong)
    told = wrong.get("ctx", {})
    if wrong["type"] in OUR_OWN:
        return wrong["msg"].replace("{field}", field)
    if wrong["type"] == "value_error":
        return wrong["msg"].removeprefix("Value error, ")
    if wrong["type"] in ("literal_error", "enum"):
        return f"{field} must be {str(told['expected']).replace(chr(39), '')}."
    kind = "missing" if wrong["type"] == "string_too_short" and told["min_length"] == 1 else wrong["type"]
    pattern = SENTENCES.get(kind, "{field} does not look right.")
    return pattern.format(field=field, **told)


def _words(model: type[Input], wrong: ErrorDetails) -> str:
    """What to call the field; of one in a list, what it is called there, and in which place: `Start time (2)`."""
    match wrong["loc"]:
        case (str(), int(place), str(inner)):
            return f"{inner.replace('_', ' ').capitalize()} ({place + 1})"
    return field_of(model, wrong).replace("_", " ").capitalize() or "This"
