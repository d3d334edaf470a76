"""A person's phone: `/phones`, and `/phones/<number>` with the messages as the person sees them."""

from datetime import datetime, timedelta, timezone

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mibo.sandbox.gallabox_api import reply
from mibo.sandbox.mailbox import digits
from mibo.sandbox.world import World

INDIA = timezone(timedelta(hours=5, minutes=30))


def phones(world: World) -> Blueprint:
    """Read, press a button, follow a link, write back."""
    pages = Blueprint("phones", __name__)

    @pages.get("/")
    def home() -> Response:
        return redirect(url_for("phones.every_phone"))

    @pages.get("/phones")
    def every_phone() -> str:
        mails = world.mailbox.messages(channel="mail")[::-1]
        return render_template("phones.html", latest=world.mailbox.latest(), mails=mails)

    @pages.get("/phones/<number>")
    def phone(number: str) -> str:
        number = digits(number)
        return render_template("phone.html", number=number, thread=world.mailbox.thread(number))

    @pages.post("/phones/<number>")
    def write_back(number: str) -> Response:
        said = {name: request.form.get(name, "").strip() for name in ("text", "button", "message_id")}
        if said["text"] or said["button"]:
            reply(world, digits(number), **said)
        return redirect(url_for("phones.phone", number=number), 303)

    @pages.app_template_filter("clock")
    def clock(at: float) -> str:
        return datetime.fromtimestamp(at, INDIA).strftime("%-d %b, %-I:%M %p").replace("AM", "am").replace("PM", "pm")

    @pages.app_template_filter("spaced")
    def spaced(number: str) -> str:
        indian = len(number) == 12 and number.startswith("91")
        return f"+91 {number[2:7]} {number[7:]}" if indian else f"+{number}"

    return pages
