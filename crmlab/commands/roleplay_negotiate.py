"""The command of the negotiation for four: people and partners round one screen."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the command to the group `roleplay`."""
    group = next(one.typer_instance for one in reversed(app.registered_groups) if one.name == "roleplay")
    assert group is not None
    group.command("negotiate")(negotiate)


def negotiate(
    case: Annotated[str, typer.Argument(help="谈判名或 .yaml 文件")] = "yearly_order",
    seats: Annotated[
        str, typer.Option(help="真人坐的席，用逗号隔开；all 是四席都有人，空席由程序代谈")
    ] = "all",
    seed: Annotated[int, typer.Option(min=0, help="随机种子，只影响程序代谈的措辞")] = 1,
    lang: Annotated[str, typer.Option(help="zh 或 en")] = "zh",
    save: Annotated[Path, typer.Option(help="记录存到哪个文件；已有的会接着谈")] = Path("negotiation.json"),
) -> None:
    """四人轮流坐到电脑前谈判 · negotiate, four people taking turns at one screen."""
    from crmlab.errors import LabError
    from crmlab.language import require
    from crmlab.roleplay.negotiation import case as cases
    from crmlab.roleplay.negotiation import hot_seat
    from crmlab.roleplay.negotiation.talk import Talk, taken_up

    require(lang)
    known = cases.load(case)
    people = known.seats if seats == "all" else tuple(one.strip() for one in seats.split(",") if one.strip())
    talk = Talk(known, people, seed, lang)
    if save.is_file():
        before = taken_up(save, known)
        if (before.people, before.seed, before.lang) != (people, seed, lang):
            raise LabError(f"{save} 是另一场谈判的记录；请用 --save 换一个文件名，免得盖掉它")
        talk = before
    hot_seat.run(talk, save)
