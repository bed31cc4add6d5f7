"""Calls that are made right here, for tests that are not about processes."""

from bot.offload import Offload
from bot.offloaded import answer


class InProcess(Offload):
    """Has no child: the same bytes go to the same function, and come back."""

    async def call(self, request: bytes) -> bytes:
        return answer(request)
