"""What the words beside a number say about it: a telephone, a card, an identity, a plate, or nothing personal."""

import re

from verbatim.text.script import fold_in_place

Label = str | None
"""One of the keys of LABELS, or None where nothing is said."""

LABELS = {
    "other": r"""
        orders? | po | purchase orders? | invoices? | tickets? | cases? | quotes? | quotation | contract
        | parts? | pn | p/n
        | (?:part|serial|tracking|customer|tax|vat|batch|lot|account|contract|reference|model) (?:number|no|id)
        | sku | serial | s/n | sn | models? | batch | lot | tracking | waybill | shipment | refs? | references?
        | versions? | rev | items? | assets? | meeting id | transaction | barcode | ean | isbn | imei | iccid
        | mac | ip | vat | rma | po box | prices? | cost | totals? | amount | budget | licen[cs]e key | articles?
        | drawing | gtin | upc | claim | job | project | revenue | 订单(?:编?号)? | 单号 | 编号 | 工单 | 合同
        | 合约 | 发票 | 报价 | 型号 | 料号 | 物料 | 批次 | 批号 | 序列号 | 序号 | 快递 | 运单 | 物流 | 流水 | 版本
        | 件号 | 货号 | 规格 | 条形?码 | 编码 | 二维码 | 税号 | 信用代码 | 纳税人 | 统一编号 | 统编 | 报修 | 金额
        | 价格 | 总价 | 单价 | 数量 | 采购了 | 订了 | 会员卡号? | 会议号? | 案件 | 案号 | 群号? | 图号 | 项目
        | 设备号 | 资产 | 交易号 | 营收 | 销售额 | 产量 | 库存 | 客户号 | 邮编 | 端口 | 许可证 | 保单 | 参考号
        | 商品 | 追踪 | 查询码
    """,
    "phone": r"""
        tel(?:ephone)?s? | phones? | mobile | mob | cell(?:phone)? | call(?:ed|ing)?(?: me| us)? | ring | rang
        | sms | text(?:ed)?(?: me)? | whatsapp | fax | dial(?:l?ed)? | reach (?:me|us|him|her|them) | contact
        | hotline | ext | (?:my|our|his|her|new) number | landline | vx | wx | 电话号?码? | 手机号?码?
        | 联系方?式? | 联络 | 致电 | 拨打? | 座机 | 传真 | 微信(?:同号)? | 热线 | 来电 | 回电 | 请打 | 打给 | 打我
        | 分机 | 短信 | 简讯 | 固话 | 总机 | 专线
    """,
    "card": r"""
        (?:(?:credit|debit|bank|visa|corporate) )?cards? | visa | mastercard | amex | unionpay | bank account
        | 卡号 | 银行卡号? | 信用卡号? | 储蓄卡 | 借记卡 | 银行[账帐][号户] | 收款[账帐][号户] | [账帐][号户]
    """,
    "id": r"""
        id card | id (?:number|no) | national id | identity card | passport | hkid | ssn | social security
        | resident (?:id|permit) | national insurance | 身[份分]证(?:件|字号|号码?)? | 证件号?码? | 护照号?码?
        | 通行证号?码? | 台胞证 | 回乡证 | 居留证号?码? | 统一证号
    """,
    "plate": r"""
        (?:licen[cs]e|number|reg) plates? | plate (?:number|no)
        | (?:van|car|truck|vehicle|lorry) reg(?:istration)? | 车牌号?码? | 车号 | 牌照
    """,
}
"""The words that say what a number is, as regular expressions over lower case and simplified characters."""

_NEAR = 32


def _alternatives(words: str) -> str:
    return "|".join(part.strip() for part in words.split("|"))


_LABEL = re.compile(
    r"(?<![a-z0-9\[])(?:"
    + "|".join(f"(?P<{key}>{_alternatives(words)})" for key, words in LABELS.items())
    + r")(?![a-z])"
)
_BEFORE = re.compile(rf"[^\d\n。！？!?;\]]{{0,{_NEAR}}}\Z")
_ONWARD = re.compile(
    r"(?:[\s.:,#=(-]|(?:orders?|no|nos|number|num|id|code|key|is|was|are|ref|reference)(?![a-z])|[号码编是为])*+\Z"
)
_ASIDE = re.compile(r" ?[(\[]([^\d\n()\[\]]{2,12})[)\]]")
_CURRENCY = re.compile(r"(?:[$¥€£]|usd|eur|gbp|rmb|cny|hkd|twd) ?\Z")
_UNIT = re.compile(
    r" ?(?:[%‰°元块件箱吨条次套粒份瓶颗克亿]|公斤|美元"
    r"|个(?![人性])|台(?![湾北中南])|只(?![能要有是])|片(?!区)|支(?!持)|包(?!括)|升(?!级)|米(?![总先])|人(?!工)|万(?![江总先])"
    r"|(?:usd|eur|rmb|cny|gbp|hkd|pcs|pieces|units?|dollars|euros?|kg|tons?|pallets|rows|records|bytes|times|ms|rpm)\b)"
)


def label_of(text: str, start: int, end: int) -> Label:
    """What the words beside a number at `start` to `end` of a plain text call it; "other" where it is nothing personal.

    A currency before it or a unit after it make it an amount. Otherwise the nearest word of LABELS before it in the
    same sentence counts, with no other number in between; without one, a word in brackets right after it. Words of
    "other" are ordinary words too (in case, a lot), and count right before the number only.
    """
    before = fold_in_place(text[max(0, start - _NEAR) : start])
    after = fold_in_place(text[end : end + 16])
    if _CURRENCY.search(before) or _UNIT.match(after):
        return "other"
    window, aside = _BEFORE.search(before), _ASIDE.match(after)
    names = _names_in(window.group()) if window else []
    return names[-1] if names else next(iter(_names_in(aside[1]) if aside else []), None)


def _names_in(window: str) -> list[str]:
    found = [
        match for match in _LABEL.finditer(window) if match.lastgroup != "other" or _ONWARD.match(window, match.end())
    ]
    return [match.lastgroup for match in found if match.lastgroup]
