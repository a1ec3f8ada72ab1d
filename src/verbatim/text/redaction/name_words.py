"""Words that decide whether a run of letters is a name: ordinary words that are names too, titles, and neighbours.

Chinese ones stand in simplified characters.
"""

_HONORIFICS = "mr mrs ms miss mx mister dr prof professor sir madam madame herr frau señor señora"
HONORIFICS = frozenset(_HONORIFICS.split())

_COMMON_WORDS = """
will mark grace hope faith joy rose daisy lily ivy dawn april may june august summer autumn chase hunter mason carter
cooper taylor baker smith miller cook king long young brown white black green gray grey stone wood woods hill field
rivers brook lane street park bush rock reed page price bell ball cash case chance drew earnest frank gene guy jack
lance miles nick norm pat penny pierce randy ray rob rod skip sterling sue trip victor wade west woody art barb buck
chip chuck cliff clay dale dean don dot duke earl ford glen grant heath holly honey iris jade jewel max major marina
melody mercy olive opal pearl piper poppy precious prince red robin ruby rusty sandy sky star storm violet virginia
bay bishop bond branch bright bridge bridges butler church cross day english farmer fisher fox french gold golden good
hall hand head house hunt judge key knight lake law lord love lucky market marsh mills moody moon moss noble north
parks paris peace pond power powers rain rice rich rush sharp shepherd short silver singer small snow south sparks
speed spring steel strong summers sweet swift temple tower town turner valentine wall walker ward water waters weaver
webb wells wise wolf worth wright yard york china dallas austin jordan chelsea london madison sydney brooklyn georgia
india asia kenya israel best little early gentle savage blank cost sales service support test demo admin user team
guest bill phil gay merry happy mini angel angela crystal destiny harmony serenity trinity justice royal legend story
genesis charity amber ginger pepper sage basil rosemary cherry berry coral sunny windy misty stormy carol mike dolly
molly patty candy brandy sherry tiffany mercedes lexus porsche tesla ali an so to do go me we my can gang tang ran
rang sang lie die pan pin ping bang ban bin chin fang gong hen hung lung men mine nun pen pun sin tan ten tong wan win
wing yen yin yang man fan hang dan sun song you he she in on at is it as or if be by up us no min tie tin hue jiao
dong shang due van der de la von son see say
"""
COMMON_WORDS = frozenset(_COMMON_WORDS.split())
"""Words that are names too: alone, and in small letters, they say nothing about a person."""

_PARTICLES = "van de von der den da di du la le el al bin ibn ben dos das do st ter ten af av zu"
PARTICLES = frozenset(_PARTICLES.split())
"""What may stand between a given name and a family name, and belongs to the latter."""

_TITLES = """
总经理 总监 总裁 总工 总助 总(?!结|归|共|体|部|数|量|价|额|算|站|店|成本|和|之|的来|总|是(?![个位我你]))
经理(?![人论]|由(?!于)|解(?![释决答])) 副总 副经理 副理 协理 襄理 主管(?!部门|单位|机关) 主任 老师 师傅 董事长?
董(?!事会) 工程师 工(?![作资具人厂序艺单商业时期地况位会装件种]|程) 架构师 设计师 技术员 采购(?![部量单价额]) 先生
女士 小姐 太太 夫人 同学 阿姨 叔叔 老板 老总 博士 教授 律师 医生 顾问 助理 秘书 专员 专家 客服 店长 厂长 站长 院长
校长 所长 局长 处长 科长 课长 部长 组长 班长 队长 行长 书记 哥 姐(?!妹)
"""
TITLES = tuple(_TITLES.split())
"""What stands after a family name, as regular expressions, the longer ones first."""

PERSONAL_TITLES = ("先生", "女士", "小姐", "太太", "老师", "哥", "姐(?!妹)")
"""What stands after a given name."""

_DOUBLE = """
欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 长孙 宇文 端木 独孤 南宫 轩辕 张简 范姜
"""
DOUBLE_SURNAMES = frozenset(_DOUBLE.split())

FAMILIAR_SURNAMES = frozenset(
    "王李张刘陈杨赵吴周徐孙胡朱郭罗郑梁谢宋唐邓冯韩曹彭萧蔡潘董袁蒋杜苏魏吕丁沈姚卢傅姜崔谭廖汪陆戴贾韦邱邹薛尹黎贺顾龚邵覃黄马何林许叶余夏钟曾"
)
"""Family names that 小 and 老 may stand before, without making another word with them (小米, 小时, 老师)."""

NEVER_TITLED = frozenset("向和同都从由与及把那有来为能可后前多所经通自该各本")
"""Family names that are prepositions and the like: 向经理反映 is no Mr Xiang."""

_COMMON_GIVEN = "建设 文化 学习 技术 产品 设计 采购 开发 测试"
COMMON_GIVEN = frozenset(_COMMON_GIVEN.split())

_COMMON_HAN = """
高峰 高兴 高远 高飞 高原 高明 白雪 白云 黄金 黄河 文明 安静 安全 安装 江山 江南 张扬 张力 方法 方向 方便 方案 成功
成就 成本 温和 温馨 温度 常见 常用 金融 金额 金属 金牌 平安 平台 平时 向前 于是 马上 马力 万一 万能 和平 任意 任何
何必 何时 程序 程度 周期 周到 周边 周末 时间 时代 明白 明天 关键 关注 解决 解释 林业 水平 路线 路由 车间 田园 石油
石头 牛奶 花园 毛病 钱包 项目 单位 严重 严格 国家 国际 王牌 王国 海外 海洋 阳光 夏天 秋天 冬天 春天 雷达 龙头 卓越
冷静 习惯 管理 经理 经常 谢谢 许可 许多 计划 计算 简单 沈阳 苏州 常州 连接 连续 舒服 舒适 强大 全部 应该 应用 易用
包装 包括 支持 支付 相关 相信 后来 后期 阳台 宁静 康健 健康 强调 乐意 祝贺 贺卡 景气 游戏 甘心
高丽 毛利 白发 毛发 金发 方可 周全 常发 高新 方方 高高 常亮 方长 方正 毛线 金牛 高压 白色 黄色 红色
"""
COMMON_HAN = frozenset(_COMMON_HAN.split())
"""Names of two characters that are ordinary words: they count before a title only."""

WORD_BEFORE = {
    "小": "大",
    "老": "古",
    "张": "主紧扩夸开纸慌伸声铺一两三几每多",
    "高": "提最很较更过太不抬拔增",
    "于": "由关对至处属等位基鉴介善便敢大小高低过终限",
    "任": "前担历现离责信主兼连出上",
    "方": "对我贵双官甲乙各一二三多地大",
    "时": "当及到同按小临随平准有这那何",
    "成": "完达构形变做造促收养合组生",
    "金": "现资基佣罚税奖押租定保薪约用礼",
    "程": "流工课过行教日进编规里",
    "段": "阶手片时地",
    "钟": "分秒点闹",
    "陆": "大着登",
    "傅": "师",
    "汤": "鱼鸡菜肉",
    "毛": "羽",
    "林": "森园树",
    "周": "上下每一本两几",
    "何": "如为任几",
    "许": "也或允不",
    "谢": "感多谢",
    "章": "文规盖",
    "史": "历",
    "顾": "回照光",
    "戴": "穿佩",
    "童": "儿",
    "游": "旅上下",
    "连": "大",
    "白": "明",
    "安": "平",
    "平": "水公太",
    "万": "十百千几",
    "华": "精豪",
    "温": "高低",
    "易": "容交贸简",
    "全": "安完",
    "单": "订账菜简清名表工下",
    "管": "不主尽",
    "解": "了理",
    "应": "供响反效",
    "关": "相有海",
    "路": "一",
    "余": "其剩业多",
    "康": "健",
    "车": "汽货客",
    "班": "上下加",
    "房": "厂库住",
    "强": "加很",
    "钱": "付价赚花",
    "明": "说证",
    "施": "措设实",
    "石": "钻",
    "包": "打面",
    "计": "设预",
    "马": "罗",
}
"""For a family name, the characters before it that make an ordinary word with it."""

WORD_AFTER = {
    "明": "天年白确显细日早晚",
    "国": "家内外际庆产",
    "文": "件档字化章案",
    "建": "议设筑立",
    "平": "台时常均",
    "华": "为",
    "海": "外关",
    "强": "调大烈",
    "伟": "大",
    "刚": "才好",
    "辉": "煌",
    "立": "即刻",
    "超": "过级时出",
    "勇": "敢气",
    "杰": "出",
    "敏": "感捷锐",
    "红": "色包",
    "春": "天节",
    "秋": "天季",
    "冬": "天季",
    "云": "端服计",
    "波": "动",
    "亮": "点",
    "成": "本为功交立品",
    "东": "西北南部",
    "方": "便法案面向式",
    "正": "在常确好",
    "安": "全装排",
    "光": "滑",
    "力": "度量",
    "信": "息任号用",
    "健": "康",
    "峰": "值会",
    "飞": "机",
    "阳": "光",
    "可": "以能",
    "然": "后而",
    "生": "产活意气",
    "利": "润用率",
    "学": "习校",
    "永": "远",
    "进": "行度来步货",
    "贵": "司方",
    "顺": "利便",
    "良": "好率",
    "长": "期度",
    "发": "货现展票生",
    "高": "兴",
    "全": "部面",
    "动": "作态",
    "周": "期边末",
    "董": "事",
    "李": "子",
    "孙": "子女",
    "宋": "体",
    "苏": "打",
    "洋": "葱洋",
    "马": "达力路上拉克",
    "林": "业立",
    "许": "多可",
    "叶": "片轮",
    "夏": "天季",
    "钟": "头表",
    "黄": "色金油铜",
    "何": "时必种",
    "磊": "落",
    "静": "音电",
    "芳": "香",
    "慧": "眼",
    "军": "工用",
    "新": "的品款版",
}
"""For the last character of a short name, the characters after it that make an ordinary word with it."""
