"""What somebody may see, as a short word that changes when it does."""

import hashlib
import json

from mibo.identity import Actor


def reach_of(who: Actor) -> str:
    """The same as long as their roles, centres and practice are."""
    told = [
        sorted(who.roles), sorted(who.centre_ids), sorted(who.practice_ids), who.everywhere, who.clinician_id,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
