"""How an app's stay ends."""

from mibo import identity
from mibo.identity import Audience
from mibo.web.access import visitor

SIGNED_OUT = "signed_out"


def end_stay(refresh_token: str | None, audience: Audience) -> None:
    """End the sign-in of the access token, and the one of the refresh token where that is told."""
    if (who := visitor()) is not None:
        identity.end_sign_in(who.sign_in_id, SIGNED_OUT)
    elif refresh_token and (tokens := identity.refresh(refresh_token, audience)):
        identity.end_sign_in(tokens.sign_in_id, SIGNED_OUT)
