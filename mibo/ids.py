"""What an id can be. All entities draw from one sequence, so an id of one kind is never an id of another (P3)."""

GREATEST_ID = 2**63 - 1
LONGEST_ID = len(str(GREATEST_ID))


def read_id(text: str) -> int | None:
    """An id as it stands in a URL or a form; None when it cannot be one."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
        return None
    return found if 0 < (found := int(text)) <= GREATEST_ID else None
