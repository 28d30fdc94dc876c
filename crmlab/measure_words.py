"""How the numbers of a contact centre are named and written for people."""

import math

LABELS = {
    "offered": "转人工来电 (offered)",
    "answered": "接通 (answered)",
    "abandoned": "放弃 (abandoned)",
    "service_level": "服务水平 (service level)",
    "asa": "平均应答速度，秒 (ASA, s)",
    "abandonment_rate": "放弃率 (abandonment rate)",
    "aht": "平均处理时长，秒 (AHT, s)",
    "fcr": "一次解决率 (FCR)",
    "busy": "遇忙 (busy)",
    "self_served": "自助办结 (self-served)",
    "occupancy": "坐席占用率 (occupancy)",
    "cases": "工单 (cases)",
    "cases_closed": "已结工单 (cases closed)",
    "cases_in_time": "工单没有过期 (cases in time)",
}
SHARES = ("service_level", "abandonment_rate", "fcr", "occupancy", "cases_in_time")


def label(name: str) -> str:
    """Return what a measure is called, Chinese and English; its own name where it has no other."""
    return LABELS.get(name, name)


def told(name: str, value: float | None, *, sign: bool = False) -> str:
    """Return a measure's value for people: shares in percent, others with one decimal, a dash for none."""
    if value is None or math.isnan(value):
        return "—"
    plus = "+" if sign else ""
    return f"{value:{plus}.1%}" if name in SHARES else f"{value:{plus}.1f}"
