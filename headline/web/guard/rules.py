"""The owner's rules on who may ask, read once when the app starts."""

from dataclasses import dataclass

from starlette.types import ASGIApp

from headline.web.guard.characters import WholeCharacters
from headline.web.guard.headers import FRAMES, SecurityHeaders, frame_ancestors
from headline.web.guard.hosts import ANY, AllowedHosts, allowed_hosts
from headline.web.guard.login import Login, users_from_environment


@dataclass(frozen=True)
class Rules:
    """Everything is allowed unless it is set otherwise."""

    frames: tuple[str, ...] = FRAMES  # origins whose pages may show ours in a frame
    hosts: tuple[str, ...] = ANY  # names by which the server may be asked for
    users: tuple[str, ...] = ()  # "user:password" of those who may use it; none: anybody may

    @classmethod
    def from_environment(cls, public: bool) -> "Rules":
        """Read HEADLINE_FRAMES, HEADLINE_HOSTS and HEADLINE_AUTH.

        Raises:
            SettingError: one of them has a value that is not allowed.
        """
        return cls(frame_ancestors(), allowed_hosts(public), users_from_environment())

    def guard(self, app: ASGIApp) -> ASGIApp:
        """Put the rules around an app. Refusals have the security headers too."""
        guarded: ASGIApp = WholeCharacters(app)
        if self.users:
            guarded = Login(guarded, self.users)
        return SecurityHeaders(AllowedHosts(guarded, self.hosts), self.frames)
