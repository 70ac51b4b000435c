/* The values behind the pages of people and of the audit log. */
#ifndef TAIZHANG_WEB_PAGES_PEOPLE_H
#define TAIZHANG_WEB_PAGES_PEOPLE_H

#include "web/inside.h"

struct unit_line { int64_t id, persons; struct slice name, short_name, above; bool ended; };
struct unit_lines { struct unit_line *at; size_t n, cap; };
struct person_line { int64_t unit_id; struct slice name, unit, post, login; bool disabled; };
struct person_lines { struct person_line *at; size_t n, cap; };
struct people_page {
    struct shell shell;
    struct note done;
    struct slice words, say;
    bool may_upload;
    struct unit_lines units;
    struct person_lines persons;
    struct empty empty;
};

struct duty_line { int64_t id; struct slice kind, unit; bool subtree, over, may_end; day from, to; };
struct duty_lines { struct duty_line *at; size_t n, cap; };
struct member { struct slice name, post, phone, login; bool account, disabled; struct duty_lines duties; };
struct members { struct member *at; size_t n, cap; };
struct unit_page {
    struct shell shell;
    struct note done;
    struct hidden hidden;
    struct errors errors;
    struct slice name, about, duties, action; /* duties: what the unit is there for */
    bool may_people, may_duties, any_account;
    struct members members;
    struct any_inputs person, duty, successor;
    bool may_succeed;
};

struct upload_page {
    struct shell shell;
    struct hidden hidden;
    struct errors errors;
    struct input into;
    int max_mb;
};

struct once { struct slice name, unit, login, password; };
struct onces { struct once *at; size_t n, cap; };
struct once_page { struct shell shell; struct onces rows; struct slice back; day today; };

struct audit_line { int64_t at_ms; struct slice who, what, object, detail, address; };
struct audit_lines { struct audit_line *at; size_t n, cap; };
struct audit_page { struct shell shell; struct audit_lines rows; struct pager pager; struct empty empty; };

#endif
