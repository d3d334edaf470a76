"""The sandbox as one Flask app."""

from flask import Flask, Response, jsonify, make_response, request
from werkzeug.exceptions import HTTPException

from mibo.sandbox.control import control
from mibo.sandbox.gallabox_api import gallabox_api
from mibo.sandbox.google_api import google_api
from mibo.sandbox.options import Options
from mibo.sandbox.pay_pages import pay_pages
from mibo.sandbox.phones import phones
from mibo.sandbox.razorpay_api import razorpay_api
from mibo.sandbox.settlements import settlements
from mibo.sandbox.sms_api import sms_api
from mibo.sandbox.wire import Wire, provider_of
from mibo.sandbox.world import World, rupees


def create_sandbox(options: Options) -> Flask:
    """A fresh world with every provider in it. Its state is `app.extensions["world"]`."""
    app = Flask("mibo.sandbox", template_folder="pages", static_folder="assets", static_url_path="/assets")
    world = World(options)
    wire = Wire(app.wsgi_app, world)
    app.extensions.update(world=world, wire=wire)
    app.wsgi_app = wire  # type: ignore[method-assign]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.filters["rupees"] = rupees
    app.jinja_env.policies["urlize.rel"] = "noreferrer"
    for blueprint in (razorpay_api(world), gallabox_api(world), google_api(world.diary), sms_api(world.mailbox)):
        app.register_blueprint(blueprint)
    for blueprint in (control(world), pay_pages(world), phones(world), settlements(world)):
        app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, _not_spoken)
    return app


def _not_spoken(error: HTTPException) -> Response:
    """A provider's path that the sandbox does not know is answered in JSON, a page in HTML."""
    if provider_of(request.path):
        problem = {"code": "BAD_REQUEST_ERROR", "description": error.description}
        return make_response(jsonify(error=problem), error.code or 500)
    return make_response(error.get_response())
