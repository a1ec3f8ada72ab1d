"""What the command line shows of schedules."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from verbatim.actions.schedules import Known


def show_schedules(found: Sequence[Known]) -> None:
    """Print each schedule with what went out last."""
    console = Console(highlight=False, soft_wrap=True)
    for one in found:
        plan, scope = one.schedule.plan, one.schedule.plan.scope
        about = "everything" if scope.name is None else f"{scope.reach} {escape(scope.name)}"
        where = f"webhook {plan.webhook}" if plan.webhook is not None else ", ".join(map(escape, plan.recipients))
        state = "" if one.schedule.active else ", off"
        console.print(f"{one.schedule.id}  every {plan.every}  {about}  {plan.form} {plan.language}  to {where}{state}")
        for issued in one.issued[:3]:
            states = [mail.state for mail in one.mails if mail.issue == issued.id]
            told = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states)) or "announced"
            console.print(f"   {issued.period}: {told}")
