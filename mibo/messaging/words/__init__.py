"""Pure: what leaves, in four languages. Each text needs the provider's approval, so a change here is a change there."""

from mibo.messaging.words import en, hi, kn, ml
from mibo.messaging.words.answers import ANSWERS as ANSWERS

LANGUAGES = {"en": "English", "hi": "हिन्दी", "ml": "മലയാളം", "kn": "ಕನ್ನಡ"}
SENTENCES = {"en": en.SENTENCES, "hi": hi.SENTENCES, "ml": ml.SENTENCES, "kn": kn.SENTENCES}
BUTTONS = {"en": en.BUTTONS, "hi": hi.BUTTONS, "ml": ml.BUTTONS, "kn": kn.BUTTONS}
SPOKEN = {"en": en.SPOKEN, "hi": hi.SPOKEN, "ml": ml.SPOKEN, "kn": kn.SPOKEN}
