"""What the invented rows say around their personal parts, and rows that have none: {} is the part, # any digit."""

from collections.abc import Mapping

SENTENCES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "name": (
            "we only trust {} with this account",
            "thanks to {} the line was up in 4 hours",
            "{}'s answer never came",
            "I spoke to {} twice",
        ),
        "email": ("answer me at {}", "my address is {}, not the old one", "{} bounces since Monday", "cc {} please"),
        "phone": ("call me on {} after lunch", "our number is {}", "{} rings out", "reach the shift lead at {}"),
        "id": ("my id number {} is printed on the label", "why store {} at all?", "identity card {} was copied"),
        "card": ("card {} was charged twice", "refund it to {}", "you kept {} on file"),
        "plate": (
            "the van with number plate {} blocked the dock",
            "licence plate {} again",
            "vehicle registration {} leaks oil",
        ),
        "address": ("ship to {} next time", "we moved to {}", "the parcel for {} is lost", "{} is our only site"),
        "url": ("the link {} opens without a password", "see {}", "I was sent {} by mistake"),
    },
    "zh-Hans": {
        "name": (
            "感谢{}的耐心讲解",
            "{}承诺的返点没有兑现",
            "找{}问了3次",
            "跟{}沟通很顺畅",
            "客户经理换成{}之后好多了",
        ),
        "email": ("发到{}就行", "邮箱{}收不到邮件", "请抄送{}", "我的邮箱是{}，改一下"),
        "phone": ("我的电话是{}", "请拨打{}", "{}一直占线", "打{}没人接", "手机{}，下午方便"),
        "id": ("身份证{}被泄露", "为什么要填{}", "证件号{}写错了", "系统显示{}，请删除"),
        "card": ("银行卡{}被多扣一笔", "请退到{}", "卡号{}没有到账", "绑定{}失败"),
        "plate": ("车牌{}的司机态度差", "{}占了卸货位", "送货车{}迟到2小时", "请查一下{}"),
        "address": ("请寄到{}", "地址是{}", "我们搬到{}了", "仓库在{}，别送错", "{}的门店关了"),
        "url": ("链接{}不用登录就能看", "点{}报错", "他发来{}"),
    },
    "zh-Hant": {
        "name": ("感謝{}的協助", "{}承諾下週交貨", "找{}問了3次", "跟{}溝通很順", "業務換成{}之後好多了"),
        "email": ("請寄到{}", "信箱{}退信", "請副本給{}", "我的信箱是{}，改一下"),
        "phone": ("我的電話是{}", "請撥{}", "{}一直忙線", "打{}沒人接", "手機{}，下午方便"),
        "id": ("身分證{}外洩", "為什麼要填{}", "證件號碼{}寫錯了", "系統顯示{}，請刪除"),
        "card": ("信用卡{}重複扣款", "請退到{}", "卡號{}沒有入帳", "綁定{}失敗"),
        "plate": ("車牌{}的司機態度差", "車號{}占了卸貨區"),
        "address": ("請寄到{}", "地址是{}", "我們搬到{}了", "倉庫在{}，別送錯", "{}的門市關了"),
        "url": ("連結{}不用登入就能看", "點{}出錯", "他傳來{}"),
    },
}

ORDINARY: Mapping[str, tuple[str, ...]] = {
    "en": (
        *(
            "order 45#########  is late again",
            "ticket ##-#### is open since 2024-0%-1#",
            "we bought 1,###,### pieces",
            "part ###-###-#### rev B",
        ),
        *(
            "version 1#.#.#.#### crashes",
            "invoice 2024####00## over $##,###.## is wrong",
            "serial number 138######## is unknown",
        ),
        *(
            "tracking number 94001102######## shows nothing",
            "mark the price field as required",
            "will the bell ring in May?",
            "grace period",
        ),
        *(
            "see https://docs.example.com/v%/setup",
            "10.%#.1#.### is unreachable",
            "the road map has 1# items",
            "from 20#% to 20#%, ##.#% more",
        ),
        *(
            "model KX##-### needs 24 V",
            "lot 0161-496-0### failed",
            "EAN 40########### is listed twice",
            "PO box size is too small",
            "## mm x ## mm",
        ),
    ),
    "zh-Hans": (
        *(
            "订单13%########还没发货",
            "合同编号HT-20##-####",
            "金额1##,###.##元",
            "单号SF1#########不更新",
            "20##年%月1#日到货",
            "型号A1########停产",
        ),
        *(
            "采购了1#########件",
            "版本3.##.#####崩溃",
            "流水号6222##############查不到",
            "批号4403061990#######有问题",
            "高峰期卡顿#秒",
            "北京市场反应一般",
        ),
        *(
            "第#条线路#号方案",
            "3号线附近的门店不错",
            "官网https://www.example.cn/p/####",
            "任何时候打开都慢",
            "方向是对的，价格高%#%",
            "这个主张明确",
            "统一编号####",
        ),
        *(
            "温度-2#~8#℃",
            "于是我们换了供应商",
            "由于经理不在，拖了#天",
            "条码69###########扫不出",
            "文明用语，安静仓库",
        ),
    ),
    "zh-Hant": (
        *(
            "訂單09########還沒出貨",
            "合約編號HT-20##-####",
            "金額1##,###元",
            "20##年%月1#日到貨",
            "料號ABC-####缺貨",
            "統一編號####5675開錯",
        ),
        *(
            "採購1#########個",
            "版本3.##.#####當機",
            "發票AB-########遺失",
            "第#季漲價%#%",
            "林口廠停機#小時",
            "忠孝東路的門市很好",
            "何時出貨？",
        ),
        *(
            "官網https://www.example.tw/p/####",
            "高峰時段要等##分鐘",
            "溫度-2#~8#℃",
            "許多客戶在等",
            "批號20##-###-####異常",
        ),
    ),
}

LEADS: Mapping[str, tuple[str, ...]] = {
    "en": ("", "", "Honestly, ", "Delivery 4/10; ", "PS: ", "Since 2023 nothing changed, "),
    "zh-Hans": ("", "", "说实话，", "服务7分，", "另外：", "2023年以来没变化，"),
    "zh-Hant": ("", "", "老實說，", "服務7分，", "另外：", "2023年以來沒變化，"),
}
ENDS: Mapping[str, tuple[str, ...]] = {
    "en": ("", ".", "!", ". Otherwise fine."),
    "zh-Hans": ("", "。", "！", "，其他还行。"),
    "zh-Hant": ("", "。", "！", "，其他還行。"),
}
