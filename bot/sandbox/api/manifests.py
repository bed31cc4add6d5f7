"""The last step of setting an App up by a manifest: the code becomes the App's secrets, once."""

from bot.sandbox.actions.apps import redeem_code
from bot.sandbox.api.answers import Answer, not_found
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.shapes import accounts

routes = Routes()


@routes("POST", "/app-manifests/{code}/conversions", public=True)
def convert(call: Call) -> Answer:
    """Answer the App that a code stands for, with its key; within an hour, and only once.

    https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
    """
    app = redeem_code(call.world, call.path["code"])
    if app is None:
        raise not_found()
    secrets = {
        "client_secret": app.client_secret,
        "webhook_secret": app.webhook_secret,
        "pem": app.private_key_pem,
    }
    return Answer({**accounts.app(call.world, app), **secrets}, 201)
