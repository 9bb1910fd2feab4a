"""Options that describe a computation, as ``agglo footprint estimate`` and ``agglo footprint declare`` take them."""

from typing import Annotated

import typer

from agglo.contract.language import _

Cores = Annotated[float, typer.Option(metavar="NUMBER", help=_("CPU cores used."))]
Cpu = Annotated[str | None, typer.Option(metavar="NAME", help=_('Processor, as in the factor set; "Any" if unknown.'))]
CpuUsage = Annotated[float, typer.Option(metavar="SHARE", help=_("Share of the CPU cores used (0 to 1)."))]
TdpCpu = Annotated[float | None, typer.Option(metavar="WATTS", help=_("Design power of one core, if known [W/core]."))]
Gpus = Annotated[float, typer.Option(metavar="NUMBER", help=_("GPUs used."))]
Gpu = Annotated[str | None, typer.Option(metavar="NAME", help=_('GPU model, as in the factor set; "Any" if unknown.'))]
GpuUsage = Annotated[float, typer.Option(metavar="SHARE", help=_("Share of the GPUs used (0 to 1)."))]
TdpGpu = Annotated[float | None, typer.Option(metavar="WATTS", help=_("Design power of one GPU, if known [W]."))]
Memory = Annotated[float | None, typer.Option(metavar="GB", help=_("Memory allocated [GB]."))]
Hours = Annotated[float, typer.Option(metavar="HOURS", help=_("Run time, hours."))]
Minutes = Annotated[float, typer.Option(metavar="MINUTES", help=_("Run time, minutes on top of the hours (0 to 59)."))]
Pue = Annotated[
    float | None, typer.Option(metavar="NUMBER", help=_("Power usage effectiveness of the data centre, if known."))
]
Platform = Annotated[
    str | None,
    typer.Option(metavar="NAME", help=_("personalComputer, localServer (assumed otherwise) or cloudComputing.")),
]
Provider = Annotated[str | None, typer.Option(metavar="NAME", help=_("Cloud provider: gcp, aws, azure..."))]
Region = Annotated[str | None, typer.Option(metavar="NAME", help=_("The provider's data centre: europe-west1..."))]
Location = Annotated[
    str | None, typer.Option(metavar="CODE", help=_("Where the electricity comes from: FR, GB, WORLD..."))
]
Factor = Annotated[float, typer.Option(metavar="NUMBER", help=_("Multiplicative factor: repeated identical runs."))]
