/* grammar.re: the grammar of numbers, days and numbering, read by re2c over the plain text (UTF-8, a zero byte at
 * the end). Full-width digits are plain digits already. No words of the language of government stand here, only
 * numerals and the marks of a calendar. */
#include "compile/inside.h"

/*!re2c
re2c:define:YYCTYPE = "unsigned char";
re2c:yyfill:enable = 0;
re2c:flags:type-header = 0;

digit   = [0-9];
digits  = digit+ ("," digit{3})+ ("." digit+)? | digit+ ("." digit+)?;
mask    = [Xx×＊*○]+;
unitn   = [零〇一二两三四五六七八九];
han     = [一二两三四五六七八九十] [零〇一二两三四五六七八九十百千万亿]*;
year    = digit{4} | [Xx×]{1,4} | [二一] [〇零一二三四五六七八九]{3};
one2    = digit{1,2} | [Xx×]{1,2};
*/

/* token = number | mask | han-numeral | ordinal | letters | day | ratio */
struct token token_read(const char *at)
{
    const char *YYCURSOR = at, *YYMARKER = at;
#define FOUND(kind) return (struct token){ kind, (size_t)(YYCURSOR - at) }
    /*!re2c
    digits                                  { FOUND(TOKEN_DIGITS); }
    mask                                    { FOUND(TOKEN_MASK); }
    han                                     { FOUND(TOKEN_HAN); }
    "百分之" (digits | han ("点" unitn+)?)   { FOUND(TOKEN_PERCENT); }
    "第" (digit+ | han | [Xx×]+)            { FOUND(TOKEN_ORDINAL); }
    [A-Za-z] [A-Za-z0-9+.-]*                { FOUND(TOKEN_LETTERS); }
    digit+ [A-Za-z] [A-Za-z0-9+-]*          { FOUND(TOKEN_LETTERS); }
    digit+ [:：] digit+ ([:：] digit+)*     { FOUND(TOKEN_RATIO); }
    digit{3,4} "-" digit{5,8}               { FOUND(TOKEN_RATIO); }
    digit{11,}                              { FOUND(TOKEN_RATIO); }
    digit{4} [-—~～至到] digit{4} "年"       { FOUND(TOKEN_DAY); }
    year "年" ("底" | "末" | "初")? ("之"? "前")?                        { FOUND(TOKEN_DAY); }
    (year "年")? one2 "月" "份"? ("上旬" | "中旬" | "下旬" | "底" | "末" | "初")? ([之以]? "前")?  { FOUND(TOKEN_DAY); }
    (year "年")? one2 "月" one2 [日号] ([之以]? "前")?                   { FOUND(TOKEN_DAY); }
    *                                       { return (struct token){ TOKEN_NONE, 0 }; }
    */
#undef FOUND
}

/* The signs inside a day token: which part the digits before them are. */
enum day_sign day_sign_read(const char *at, size_t *len)
{
    const char *YYCURSOR = at, *YYMARKER = at;
#define SIGN(sign) do { *len = (size_t)(YYCURSOR - at); return sign; } while (0)
    /*!re2c
    digit+                  { SIGN(DAY_SIGN_DIGITS); }
    mask                    { SIGN(DAY_SIGN_MASK); }
    "年"                    { SIGN(DAY_SIGN_YEAR); }
    "月"                    { SIGN(DAY_SIGN_MONTH); }
    "日" | "号"             { SIGN(DAY_SIGN_DATE); }
    "底" | "末"             { SIGN(DAY_SIGN_END); }
    "前"                    { SIGN(DAY_SIGN_BEFORE); }
    [\x01-\uFFFF]           { SIGN(DAY_SIGN_NONE); }
    *                       { *len = 1; return DAY_SIGN_NONE; }
    */
#undef SIGN
}

/* range-mark = 至 | 到 | - | — | ~ ; only ever between two numbers */
size_t range_mark_read(const char *at)
{
    const char *YYCURSOR = at, *YYMARKER = at;
    /*!re2c
    "至" | "到" | "—" | "——" | "-" | "–" | "~" | "～" | "－"     { return (size_t)(YYCURSOR - at); }
    *                                                          { return 0; }
    */
}

/* multiplier = 百 | 千 | 万 | 亿 and their products, right after the digits: 3.6万, 1.2万亿 */
size_t multiplier_read(const char *at, int *exponent)
{
    const char *YYCURSOR = at, *YYMARKER = at;
    /*!re2c
    "万亿"   { *exponent = 12; return 6; }
    "千亿"   { *exponent = 11; return 6; }
    "百亿"   { *exponent = 10; return 6; }
    "亿"     { *exponent = 8; return 3; }
    "千万"   { *exponent = 7; return 6; }
    "百万"   { *exponent = 6; return 6; }
    "万"     { *exponent = 4; return 3; }
    "千"     { *exponent = 3; return 3; }
    "百"     { *exponent = 2; return 3; }
    *        { return 0; }
    */
}

/* more = 多 | 余 | 来 | + between digits and multiplier or unit: 20多万平方米 */
size_t more_read(const char *at)
{
    const char *YYCURSOR = at, *YYMARKER = at;
    /*!re2c
    "多" | "余" | "来" | "+"   { return (size_t)(YYCURSOR - at); }
    *                          { return 0; }
    */
}

/* enumerator = label of a heading | 一是 | 一要 | 首先 | 第一， | —— | ① ; at the start of a segment only */
size_t enumerator_read(const char *at)
{
    const char *YYCURSOR = at, *YYMARKER = at;
    /*!re2c
    n = [一二三四五六七八九十]{1,3};
    n "是" "要"?                                      { return (size_t)(YYCURSOR - at); }
    n "要"                                            { return (size_t)(YYCURSOR - at); }
    ("首先" | "其次" | "再次" | "最后") "，"?           { return (size_t)(YYCURSOR - at); }
    "第" n ("，" | "、" | "是")                       { return (size_t)(YYCURSOR - at); }
    "——" | "—" "—"+ | "●" | "■" | "◆" | "▲" | "·"   { return (size_t)(YYCURSOR - at); }
    [①-⑳]                                            { return (size_t)(YYCURSOR - at); }
    *                                                 { return heading_label_read(at).len; }
    */
}

/* label = 第一部分 (1) | 一、 (1) | （一） (2) | 1. (3) | （1） (4) */
struct heading_label heading_label_read(const char *at)
{
    const char *YYCURSOR = at, *YYMARKER = at, *YYCTXMARKER = at;
#define LABEL(level) return (struct heading_label){ (size_t)(YYCURSOR - at), level }
    /*!re2c
    cn = [一二三四五六七八九十]{1,3};
    "第" cn ("部分" | "章" | "篇") [：、，]?     { LABEL(1); }
    cn "、"                                     { LABEL(1); }
    "（" cn "）" "、"?                          { LABEL(2); }
    digit{1,2} ("．" | "、" | ". ")             { LABEL(3); }
    digit{1,2} "." / [^0-9]                     { LABEL(3); }
    "（" digit{1,2} "）" "、"?                   { LABEL(4); }
    *                                           { return (struct heading_label){ 0, 0 }; }
    */
#undef LABEL
}

/* The value of a Chinese numeral: 三十五 → 35, 两千 → 2000, 一亿二千万 → 120000000, 二〇 → 20. */
bool han_value(struct slice s, int64_t *v)
{
    int64_t all = 0, section = 0, digit_now = 0;
    bool any = false;
    for (size_t at = 0; at < s.len;) {
        const char *YYCURSOR = s.at + at, *YYMARKER = YYCURSOR;
        const char *from = YYCURSOR;
        int64_t unit = 0, digit = -1;
        /*!re2c
        "零" | "〇"  { digit = 0; goto got; }
        "一"         { digit = 1; goto got; }
        "二" | "两"  { digit = 2; goto got; }
        "三"         { digit = 3; goto got; }
        "四"         { digit = 4; goto got; }
        "五"         { digit = 5; goto got; }
        "六"         { digit = 6; goto got; }
        "七"         { digit = 7; goto got; }
        "八"         { digit = 8; goto got; }
        "九"         { digit = 9; goto got; }
        "十"         { unit = 10; goto got; }
        "百"         { unit = 100; goto got; }
        "千"         { unit = 1000; goto got; }
        "万"         { unit = 10000; goto got; }
        "亿"         { unit = 100000000; goto got; }
        *            { return false; }
        */
got:
        at += (size_t)(YYCURSOR - from);
        any = true;
        if (all > 100000000000 || section > 100000000 || digit_now > 10000000)
            return false;
        if (digit >= 0) {
            digit_now = digit_now * 10 + digit;
        } else if (unit >= 10000) {
            all = (all + section + digit_now) * unit;
            section = digit_now = 0;
        } else {
            section += (digit_now ? digit_now : 1) * unit;
            digit_now = 0;
        }
    }
    *v = all + section + digit_now;
    return any;
}
