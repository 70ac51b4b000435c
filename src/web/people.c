/* people.c: units, who works there, what they are there for, and their accounts. The system administrator keeps persons
 * and accounts, the security administrator gives and ends duties; the kernel holds that line, the pages only do not
 * offer what it would refuse.
 *
 * One-time passwords are shown on the one page that answers the form, and stand nowhere else. */
#include "pages.tpl.h"
#include "web/pages_people.h"

enum { ONCE_MAX = 50, SEARCH_MAX = 200, UPLOAD_MB = HTTP_UPLOAD_BYTES >> 20 };

/* ---------- all units, and the search for a person ---------- */

static const struct account *account_of(const struct people *p, int64_t person)
{
    for (size_t i = 0; i < p->n_accounts; i++)
        if (p->accounts[i].person == person)
            return &p->accounts[i];
    return NULL;
}

static void find_persons(struct page *g, struct slice words, struct people_page *v)
{
    const struct people *p = g->look.people;
    for (size_t i = 0; i < p->n_persons && v->persons.n < SEARCH_MAX; i++) {
        const struct person *one = &p->persons[i];
        const struct account *account = account_of(p, one->id);
        struct slice login = account ? account->login : S("");
        if (slice_find(one->name, words) < 0 && slice_find(login, words) < 0 && slice_find(one->post, words) < 0 && slice_find(one->phone, words) < 0
            && slice_find(unit_name(p, one->unit), words) < 0 && slice_find(unit_short(p, one->unit), words) < 0)
            continue;
        struct person_line line = { one->unit, one->name, unit_short(p, one->unit), one->post, login, account && account->disabled };
        PUSH(g->arena, &v->persons, line);
    }
    v->say = v->persons.n == SEARCH_MAX ? slice_format(g->arena, "只列出前 %d 人，请把词写得更具体", SEARCH_MAX) : slice_format(g->arena, "找到 %zu 人", v->persons.n);
    v->empty = (struct empty){ slice_format(g->arena, "没有找到“" S_FMT "”。", S_ARG(words)), S("姓名、登录名、职务、电话、单位中的一段都能搜。") };
}

enum http_outcome show_people(struct page *g)
{
    const struct people *p = g->look.people;
    struct people_page v = { .shell = page_shell(g, S("人员"), "/people"), .done = page_done(g), .words = slice_trim(http_query(g->q, "q")), .may_upload = page_can(g, CAN_PEOPLE) };
    if (v.words.len) {
        find_persons(g, v.words, &v);
        tpl_people(&g->p->body, &v);
        return HTTP_DONE;
    }
    for (size_t i = 0; i < p->n_units; i++) {
        const struct unit *u = &p->units[i];
        struct unit_line line = { .id = u->id, .name = u->name, .short_name = u->short_name, .above = unit_short(p, u->parent), .ended = u->to != DAY_NONE && u->to < g->look.today };
        for (size_t k = 0; k < p->n_persons; k++)
            line.persons += p->persons[k].unit == u->id;
        PUSH(g->arena, &v.units, line);
    }
    v.say = slice_format(g->arena, "%zu 个单位，%zu 人，%zu 个账号", p->n_units, p->n_persons, p->n_accounts);
    tpl_people(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- one unit ---------- */

static const struct unit *unit_asked(const struct page *g)
{
    int64_t id;
    return slice_int(http_param(g->q, "id"), &id) ? people_unit(g->look.people, id) : NULL;
}

/* The kernel's own rule: until a first one gives duties, who keeps accounts does. */
static bool may_give(const struct page *g)
{
    const struct people *p = g->look.people;
    for (size_t i = 0; i < p->n_duties; i++)
        if (g->look.pack->duties[p->duties[i].kind].can & CAN_DUTIES)
            return page_can(g, CAN_DUTIES);
    return page_can(g, CAN_PEOPLE | CAN_DUTIES);
}

static struct member member_of(struct page *g, const struct person *one)
{
    const struct people *p = g->look.people;
    const struct account *account = account_of(p, one->id);
    struct member m = { .name = one->name, .post = one->post, .phone = one->phone, .account = account != NULL };
    if (account)
        m.login = account->login, m.disabled = account->disabled;
    for (size_t i = 0; i < p->n_duties; i++) {
        const struct duty *d = &p->duties[i];
        if (d->person != one->id)
            continue;
        struct duty_line line = { .id = d->id, .kind = g->look.pack->duties[d->kind].label.zh, .unit = unit_short(p, d->unit), .subtree = d->subtree,
            .over = d->to != DAY_NONE && d->to < g->look.today, .from = d->from, .to = d->to };
        line.may_end = !line.over && page_can(g, CAN_DUTIES);
        PUSH(g->arena, &m.duties, line);
    }
    return m;
}

static struct input plain_input(struct page *g, const char *name, struct slice label, struct slice help, bool required)
{
    return (struct input){ .name = name, .label = label, .help = help, .required = required, .max = 120, .value = typed_or(g, name, S("")), .error = refusal_at(g, name) };
}

static void fill_duty_form(struct page *g, const struct unit *u, struct unit_page *v)
{
    const struct people *p = g->look.people;
    const struct pack *pack = g->look.pack;
    struct choice *who = NEW(g->arena, struct choice, p->n_persons + 1), *kind = NEW(g->arena, struct choice, pack->n_duties + 1), *scope = NEW(g->arena, struct choice, 2);
    struct slice whom = typed_or(g, "person", S("")), what = typed_or(g, "duty", S(""));
    size_t n = 0;
    who[n++] = (struct choice){ S(""), S("请选择"), false };
    for (size_t i = 0; i < p->n_persons; i++) {
        if (p->persons[i].unit != u->id)
            continue;
        struct slice value = slice_format(g->arena, S_FMT "/" S_FMT, S_ARG(u->name), S_ARG(p->persons[i].name));
        who[n++] = (struct choice){ value, p->persons[i].name, slice_equal(value, whom) };
    }
    struct input in = plain_input(g, "person", S("人员"), S(""), true);
    in.options = (struct choices){ who, n };
    any_push(g, &v->duty, in, INPUT_CHOICE);
    kind[0] = (struct choice){ S(""), S("请选择"), false };
    for (size_t i = 0; i < pack->n_duties; i++)
        kind[i + 1] = (struct choice){ pack->duties[i].name, pack->duties[i].label.zh, slice_equal(pack->duties[i].name, what) };
    in = plain_input(g, "duty", S("职责"), S(""), true);
    in.options = (struct choices){ kind, pack->n_duties + 1 };
    any_push(g, &v->duty, in, INPUT_CHOICE);
    in = plain_input(g, "unit", S("在哪个单位"), S("全称或简称"), true);
    in.value = typed_or(g, "unit", u->short_name.len ? u->short_name : u->name);
    any_push(g, &v->duty, in, INPUT_LINE);
    bool below = slice_equal(typed_or(g, "scope", S("")), S("subtree"));
    scope[0] = (struct choice){ S("unit"), S("只在本单位"), !below };
    scope[1] = (struct choice){ S("subtree"), S("本单位及下属单位"), below };
    in = plain_input(g, "scope", S("范围"), S(""), false);
    in.options = (struct choices){ scope, 2 };
    any_push(g, &v->duty, in, INPUT_CHOICE);
    in = plain_input(g, "from", S("起始日期"), S("不填为即日起"), false);
    in.type = "date";
    any_push(g, &v->duty, in, INPUT_LINE);
    in = plain_input(g, "to", S("截止日期"), S("不填为长期"), false);
    in.type = "date";
    any_push(g, &v->duty, in, INPUT_LINE);
}

static void fill_person_form(struct page *g, struct unit_page *v)
{
    any_push(g, &v->person, plain_input(g, "name", S("姓名"), S(""), true), INPUT_LINE);
    any_push(g, &v->person, plain_input(g, "post", S("职务"), S(""), false), INPUT_LINE);
    any_push(g, &v->person, plain_input(g, "phone", S("电话"), S(""), false), INPUT_LINE);
    any_push(g, &v->person, plain_input(g, "login", S("登录名"), S("2 到 32 位小写字母、数字；不填就没有账号"), false), INPUT_LINE);
}

/* Who takes over from whom: all duties, and all that is not done. */
static void fill_successor_form(struct page *g, const struct unit *u, struct unit_page *v)
{
    struct input in = plain_input(g, "person", S("离任的人"), S(""), true), by = plain_input(g, "by", S("接任的人"), slice_format(g->arena, "写作 " S_FMT "/姓名", S_ARG(u->name)), true);
    in.options = v->duty.at[0].in.options; /* the persons of this unit */
    in.form = by.form = "succeed-";        /* the form above asks for a person too */
    any_push(g, &v->successor, in, INPUT_CHOICE);
    any_push(g, &v->successor, by, INPUT_LINE);
}

enum http_outcome show_unit(struct page *g)
{
    const struct people *p = g->look.people;
    const struct unit *u = unit_asked(g);
    if (!u)
        return page_missing(g);
    struct unit_page v = { .shell = page_shell(g, u->name, "/people"), .done = page_done(g), .hidden = page_hidden(g, 0), .errors = page_errors(g), .name = u->name,
        .duties = u->duties, .action = page_address(g, "/people/unit/%lld", (long long)u->id), .may_people = page_can(g, CAN_PEOPLE), .may_duties = may_give(g) };
    v.about = u->parent ? slice_format(g->arena, "上级单位：" S_FMT, S_ARG(unit_name(p, u->parent))) : S("");
    for (size_t i = 0; i < p->n_persons; i++) {
        if (p->persons[i].unit != u->id)
            continue;
        struct member m = member_of(g, &p->persons[i]);
        v.any_account = v.any_account || m.account;
        PUSH(g->arena, &v.members, m);
    }
    fill_person_form(g, &v);
    fill_duty_form(g, u, &v);
    v.may_succeed = page_can(g, CAN_DUTIES);
    fill_successor_form(g, u, &v);
    tpl_unit(&g->p->body, &v);
    return HTTP_DONE;
}

static struct slice back_to_unit(struct page *g, const char *done)
{
    return page_address(g, "/people/unit/" S_FMT "?done=%s", S_ARG(http_param(g->q, "id")), done);
}

enum http_outcome post_person(struct page *g)
{
    static const char *const fields[] = { "name", "post", "phone", "login" };
    const struct unit *u = unit_asked(g);
    if (!u)
        return page_missing(g);
    struct buf b = command_begin(g, "people");
    buf_text(&b, ",\"persons\":[{\"unit\":");
    json_put_string(&b, u->name);
    for (size_t i = 0; i < COUNT(fields); i++)
        command_form(&b, g, fields[i]);
    buf_text(&b, "}]");
    return page_command(g, &b, back_to_unit(g, "people"), show_unit);
}

enum http_outcome post_account(struct page *g)
{
    struct buf b = command_begin(g, "disable");
    command_form(&b, g, "login");
    if (http_form(g->q, "enable").len)
        buf_text(&b, ",\"enable\":true");
    return page_command(g, &b, back_to_unit(g, "account"), show_unit);
}

enum http_outcome post_duty(struct page *g)
{
    static const char *const fields[] = { "person", "duty", "unit", "scope", "from", "to" };
    struct buf b = command_begin(g, "duty");
    for (size_t i = 0; i < COUNT(fields); i++)
        command_form(&b, g, fields[i]);
    return page_command(g, &b, back_to_unit(g, "duty"), show_unit);
}

enum http_outcome post_end_duty(struct page *g)
{
    struct buf b = command_begin(g, "end-duty");
    int64_t id;
    if (slice_int(http_form(g->q, "duty_id"), &id))
        command_number(&b, "id", id);
    return page_command(g, &b, back_to_unit(g, "duty"), show_unit);
}

enum http_outcome post_succeed(struct page *g)
{
    struct buf b = command_begin(g, "succeed");
    command_form(&b, g, "person");
    command_form(&b, g, "by");
    return page_command(g, &b, back_to_unit(g, "succeeded"), show_unit);
}

/* ---------- one-time passwords ---------- */

static bool nth_login(const struct page *g, size_t nth, struct slice *login)
{
    for (size_t i = 0; i < g->q->form.n; i++)
        if (slice_equal(g->q->form.at[i].name, S("login")) && !nth--)
            return *login = g->q->form.at[i].value, true;
    return false;
}

static bool make_passwords(struct page *g, struct once_page *v, struct fault *f)
{
    struct slice login, accounts[ONCE_MAX];
    for (size_t i = 0; i < ONCE_MAX && nth_login(g, i, &login); i++) {
        const struct account *account = people_login(g->look.people, login);
        const struct person *person = account ? people_person(g->look.people, account->person) : NULL;
        if (!person)
            return fault_set(f, FAULT_MISSING, "no-account", login, S(""));
        accounts[i] = slice_copy(g->arena, account->id);
        struct once row = { slice_copy(g->arena, person->name), slice_copy(g->arena, unit_short(g->look.people, person->unit)), login, S("") };
        PUSH(g->arena, &v->rows, row);
    }
    reader_done(g->q->local); /* Argon2 takes its time: no reading transaction meanwhile */
    for (size_t i = 0; i < v->rows.n; i++) {
        password_make(g->web->config.world, g->arena, &v->rows.at[i].password);
        if (!password_set(g->web->ledger, accounts[i], v->rows.at[i].password, true, f))
            return false;
    }
    return reader_look(g->q->local, g->arena, ((const struct visitor *)g->q->person)->account, &g->look, f);
}

static enum http_outcome reset_next(struct page *g);

/* The log says first who reset whose password; when it has heard of all of them the passwords are made. */
static enum http_outcome reset_from(struct page *g, size_t nth)
{
    struct slice login;
    struct fault f;
    if (nth_login(g, nth, &login)) {
        struct buf b = buf_open(COMMAND_BYTES_MAX);
        buf_text(&b, "{\"do\":\"reset\"");
        command_text(&b, "login", login);
        return page_send(g, &b, &(struct send){ .ok = reset_next, .again = show_unit });
    }
    struct once_page v = { .back = page_address(g, "/people/unit/" S_FMT, S_ARG(http_param(g->q, "id"))), .today = g->look.today };
    if (!make_passwords(g, &v, &f))
        return page_fail(g, &f);
    v.shell = page_shell(g, S("一次性密码"), "/people");
    tpl_once(&g->p->body, &v);
    return HTTP_DONE;
}

static enum http_outcome reset_next(struct page *g)
{
    struct slice login, sent = json_text(g->sent->body, "login");
    size_t nth = 0;
    while (nth_login(g, nth, &login) && !slice_equal(login, sent))
        nth++;
    return reset_from(g, nth + 1);
}

static enum http_outcome refuse(struct page *g, const char *code, struct slice about, const char *field, page_fn *again)
{
    struct fault *f = NEW(g->arena, struct fault, 1);
    fault_set(f, FAULT_REFUSED, code, about, S(""));
    f->field = slice_of(field);
    return page_again(g, f, again);
}

enum http_outcome post_passwords(struct page *g)
{
    struct slice login, other;
    size_t n = 0;
    if (!unit_asked(g))
        return page_missing(g);
    for (; nth_login(g, n, &login); n++) /* the same twice would go round for ever */
        for (size_t k = 0; k < n && nth_login(g, k, &other); k++)
            if (slice_equal(login, other))
                return refuse(g, "account-twice", login, "login", show_unit);
    if (!n)
        return refuse(g, "nobody-ticked", S(""), "login", show_unit);
    if (n > ONCE_MAX)
        return refuse(g, "accounts-many", slice_format(g->arena, "%d", ONCE_MAX), "login", show_unit);
    return reset_from(g, 0);
}

/* ---------- a whole table at once ---------- */

enum http_outcome show_people_upload(struct page *g)
{
    struct upload_page v = { .shell = page_shell(g, S("上传人员"), "/people"), .hidden = page_hidden(g, 0), .errors = page_errors(g), .max_mb = UPLOAD_MB };
    struct choice *at = NEW(g->arena, struct choice, 2);
    bool units = slice_equal(typed_or(g, "into", S("")), S("units"));
    at[0] = (struct choice){ S("people"), S("人员表"), !units };
    at[1] = (struct choice){ S("units"), S("单位表"), units };
    v.into = (struct input){ .name = "into", .label = S("这是"), .options = { at, 2 }, .required = true };
    tpl_upload(&g->p->body, &v);
    return HTTP_DONE;
}

enum http_outcome post_people_upload(struct page *g)
{
    const struct upload *u = http_upload(g->q, "file");
    struct fault *f = NEW(g->arena, struct fault, 1);
    struct slice into = http_form(g->q, "into"), body;
    struct table table;
    if (!u || !u->bytes.len)
        return refuse(g, "table-unread", S(""), "file", show_people_upload);
    if (!g->web->config.reader)
        return refuse(g, "tables-closed", S(""), "file", show_people_upload);
    if (!slice_equal(into, S("units")))
        into = S("people");
    reader_done(g->q->local); /* the child that reads the file may take a while */
    bool ok = document_table(g->arena, g->web->config.reader, u->bytes, u->name, &table, f) && table_command(g->arena, table.rows, table.n, into, u->name, &body, f);
    struct fault again;
    if (!reader_look(g->q->local, g->arena, ((const struct visitor *)g->q->person)->account, &g->look, &again))
        return page_fail(g, &again);
    if (!ok)
        return page_again(g, f, show_people_upload);
    struct buf b = buf_open(COMMAND_BYTES_MAX);
    buf_put(&b, slice_part(body, 0, body.len - 1)); /* page_send closes it */
    command_form(&b, g, "key");
    return page_command(g, &b, S("/people?done=people"), show_people_upload);
}
