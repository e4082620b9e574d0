"""Which administrative units a sentence or a name of the plan means: full names, and the short ones that the text uses."""
import re

# As the plan calls units, beside their full names.
SHORT = {
    '呼包鄂乌': ['150100', '150200', '150600', '150900'], '呼包鄂': ['150100', '150200', '150600'],
    '呼包鄂榆': ['150100', '150200', '150600'],          # another cluster, with 榆林 outside the region
    '海拉尔': ['150702'], '乌兰浩特': ['152201'], '锡林浩特': ['152502'], '临河': ['150802'], '集宁': ['150902'],
    '满洲里': ['150781'], '二连浩特': ['152501'], '阿尔山': ['152202'], '托克托': ['150122'], '和林格尔': ['150123'],
    '和林县': ['150123'], '土左旗': ['150121'], '清水河': ['150124'], '武川': ['150125'], '准格尔': ['150622'],
    '元宝山': ['150403'], '阿左旗': ['152921'], '鄂温克旗': ['150724'], '凉城': ['150925'],
    '扎（兰屯）': ['150783'], '阿（荣旗）': ['150721'], '莫（旗）': ['150722'],
}
# What lies in a county that the plan does not name beside it: that it lies there is not the plan's word.
WITHIN = {
    '巴彦浩特': '152921', '乌斯太镇': '152921', '乌拉山镇': '150823', '隆兴昌镇': '150821', '巴彦高勒镇': '150822',
    '陕坝镇': '150826', '大杨树镇': '150723', '甘其毛都': '150824', '白音查干': '150928', '双河新区': '150802',
}


class Units:
    def __init__(self, counties):
        """`counties`: the rows of admin/counties.csv."""
        self.name, self.parent = {}, {}
        for u in counties:
            self.name[u['code']] = u['name']
            self.parent[u['code']] = u['prefecture_code']
            self.name.setdefault(u['prefecture_code'], u['prefecture_name'])
        self.codes = {**SHORT, **{place: [code] for place, code in WITHIN.items()}}
        for code, name in self.name.items():
            self.codes[name] = [code]
            if code.endswith('00') and name.endswith('市'):
                self.codes[name[:-1]] = [code]
        self.any = re.compile('|'.join(sorted(map(re.escape, self.codes), key=len, reverse=True)))

    def named(self, text):
        """{code: the words of the text that name it first}, in the order of the text."""
        out = {}
        for m in self.any.finditer(text):
            for code in self.codes[m.group()]:
                out.setdefault(code, m.group())
        return out

    def with_parents(self, named):
        """The same, and the 盟市 of each 旗县, unless it is named itself."""
        out = dict(named)
        for code, words in named.items():
            if code in self.parent:
                out.setdefault(self.parent[code], words)
        return out

    def how(self, code, words):
        """How the words mean the unit: 全称, 简称, 境内地点 (see WITHIN), or 所辖旗县 for a 盟市 of which a 旗县 is named."""
        if code not in self.codes.get(words, []):
            return '所辖旗县'
        return '境内地点' if words in WITHIN else '全称' if words == self.name[code] else '简称'
