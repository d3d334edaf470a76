"""One model per input, for pages and API alike: shape, presence, range and format. What needs other facts is a rule."""

from mibo.web.inputs.base import Input, keys_of
from mibo.web.inputs.reading import read

__all__ = ["Input", "keys_of", "read"]
