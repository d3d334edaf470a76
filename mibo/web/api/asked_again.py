"""Apps ask the same again and again: a good answer to a GET has a tag, and who has it already is answered 304, no body.

What is about people is `no-store`, so that no browser keeps it; an app keeps its last answer for as long as it shows it.
An answer that opens somebody's record has no tag: it is given whole each time, and each reading is noted.

The tag is of what the answer says, so it is made first: it spares what is sent, not what is asked of the database. What apps
poll (how many notices are unread, a clinician's day in numbers, how a link stands) is one statement beside the sign-in, which
no tag could do with less. Lists name people, whose names change without a version of the visit: what would say in one
statement that nothing of them changed would be as much as the list. The live boards of pages draw from versions, and do.
"""

import hashlib

from flask import current_app, request
from werkzeug.wrappers import Response

DIGEST_BYTES = 12


def tag(response: Response) -> Response:
    """Give an answer its weak ETag, made of what it says, and keep the body back from who has it."""
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or response.mimetype != "application/json":
        return response
    if response.is_streamed or hasattr(current_app.view_functions.get(request.endpoint or ""), "noted"):
        return response
    response.set_etag(hashlib.blake2b(response.get_data(), digest_size=DIGEST_BYTES).hexdigest(), weak=True)
    response.vary.add("Authorization")
    return response.make_conditional(request.environ)
