/* routes.c: the map of the site, with who may see what in its own column. A row without a permission is refused when
 * the server opens, and by a test. */
#include "web/inside.h"
#include "web/pages_office.h"
#include "web/pages_round.h"

const struct page_route page_routes[] = {
    /* signing in (session.c) */
    { HTTP_GET, "/login", MAY_ANYONE, show_login, 0 },
    { HTTP_POST, "/login", MAY_ANYONE, post_login, 4096 },
    { HTTP_POST, "/logout", MAY_SIGNED_IN, post_logout, 4096 },
    { HTTP_GET, "/me", MAY_SIGNED_IN, show_me, 0 },
    { HTTP_GET, "/password", MAY_SIGNED_IN, show_password, 0 },
    { HTTP_POST, "/password", MAY_SIGNED_IN, post_password, 4096 },

    /* first page (home.c) */
    { HTTP_GET, "/", MAY_SIGNED_IN, show_home, 0 },
    { HTTP_GET, "/minute", MAY_SIGNED_IN, show_minute, 0 },
    { HTTP_GET, "/todo", MAY_SIGNED_IN, show_todos, 0 },

    /* any ledger (list.c) */
    { HTTP_GET, "/l", MAY_SIGNED_IN, show_ledgers, 0 },
    { HTTP_GET, "/l/:ledger", MAY_SIGNED_IN, show_list, 0 },
    { HTTP_GET, "/l/:ledger/list.csv", MAY_SIGNED_IN, show_list_csv, 0 },
    { HTTP_GET, "/l/:ledger/list.xlsx", MAY_SIGNED_IN, show_list_xlsx, 0 },
    { HTTP_GET, "/l/:ledger/list.ics", MAY_SIGNED_IN, show_list_ics, 0 },
    { HTTP_GET, "/l/:ledger/new", MAY_SIGNED_IN, show_open, 0 },
    { HTTP_POST, "/l/:ledger/new", MAY_SIGNED_IN, post_open, 0 },
    { HTTP_GET, "/search", MAY_SIGNED_IN, show_search, 0 },

    /* one entry: the kernel says who may see it, and what each may do (entry.c, acts.c) */
    { HTTP_GET, "/e/:id", MAY_SIGNED_IN, show_entry, 0 },
    { HTTP_GET, "/e/:id/report", MAY_SIGNED_IN, show_report_form, 0 },
    { HTTP_GET, "/e/:id/proof/:seq/:hash", MAY_SIGNED_IN, show_proof, 0 },
    { HTTP_POST, "/e/:id/:act", MAY_SIGNED_IN, post_act, HTTP_UPLOAD_BYTES },

    /* import, report, hand-out, sign (import.c, report.c, handout.c, sign.c, papers.c) */
    { HTTP_GET, "/reports", MAY_SIGNED_IN, show_reports, 0 },
    { HTTP_GET, "/reports/new", MAY_IMPORT, show_import, 0 },
    { HTTP_POST, "/reports/new", MAY_IMPORT, post_import, HTTP_UPLOAD_BYTES },
    { HTTP_GET, "/reports/:id", MAY_SIGNED_IN, show_report, 0 },
    { HTTP_GET, "/reports/:id/original", MAY_SIGNED_IN, show_original, 0 },
    { HTTP_GET, "/reports/:id/check/:ledger", MAY_IMPORT, show_check, 0 },
    { HTTP_POST, "/reports/:id/check/:ledger", MAY_IMPORT, post_check, OFFICE_FORM_BYTES },
    { HTTP_POST, "/reports/:id/facts/:ledger", MAY_IMPORT, post_facts, 0 },
    { HTTP_GET, "/handout", MAY_HAND_OUT, show_handouts, 0 },
    { HTTP_GET, "/handout/:id/:ledger", MAY_HAND_OUT, show_handout, 0 },
    { HTTP_GET, "/handout/:id/:ledger/days", MAY_HAND_OUT, show_handout_days, 0 },
    { HTTP_POST, "/handout/:id/:ledger", MAY_HAND_OUT, post_handout, OFFICE_FORM_BYTES },
    { HTTP_POST, "/handout/:id/:ledger/row/:entry", MAY_HAND_OUT, post_handout_row, OFFICE_FORM_BYTES },
    { HTTP_GET, "/papers/:paper/:place", MAY_SIGNED_IN, show_paper, 0 },
    { HTTP_GET, "/sign", MAY_SIGNED_IN, show_sign, 0 },
    { HTTP_POST, "/sign", MAY_SIGNED_IN, post_sign, 0 },
    { HTTP_POST, "/rule", MAY_SIGNED_IN, post_rule, 0 },

    /* reporting rounds (round.c, round_unit.c): the kernel says whose they are */
    { HTTP_GET, "/rounds", MAY_SIGNED_IN, show_rounds, 0 },
    { HTTP_GET, "/rounds/:id", MAY_SIGNED_IN, show_round, 0 },
    { HTTP_POST, "/rounds/:id", MAY_SIGNED_IN, post_round, 0 },
    { HTTP_GET, "/rounds/:id/:unit", MAY_SIGNED_IN, show_round_unit, 0 },
    { HTTP_POST, "/rounds/:id/:unit", MAY_SIGNED_IN, post_round_unit, OFFICE_FORM_BYTES },
    { HTTP_GET, "/rounds/:id/:unit/sheet", MAY_SIGNED_IN, show_round_sheet, 0 },
    { HTTP_GET, "/rounds/:id/:unit/upload", MAY_SIGNED_IN, show_round_upload, 0 },
    { HTTP_POST, "/rounds/:id/:unit/upload", MAY_SIGNED_IN, post_round_upload, HTTP_UPLOAD_BYTES },
    { HTTP_GET, "/round-summary/:id/:format", MAY_SIGNED_IN, show_round_summary, 0 },

    /* people, audit (people.c, audit.c) */
    { HTTP_GET, "/people", MAY_PEOPLE | MAY_DUTIES, show_people, 0 },
    { HTTP_GET, "/people/upload", MAY_PEOPLE, show_people_upload, 0 },
    { HTTP_POST, "/people/upload", MAY_PEOPLE, post_people_upload, HTTP_UPLOAD_BYTES },
    { HTTP_GET, "/people/unit/:id", MAY_PEOPLE | MAY_DUTIES, show_unit, 0 },
    { HTTP_POST, "/people/unit/:id/person", MAY_PEOPLE, post_person, 0 },
    { HTTP_POST, "/people/unit/:id/account", MAY_PEOPLE, post_account, 0 },
    { HTTP_POST, "/people/unit/:id/passwords", MAY_PEOPLE, post_passwords, 0 },
    { HTTP_POST, "/people/unit/:id/duty", MAY_PEOPLE | MAY_DUTIES, post_duty, 0 },
    { HTTP_POST, "/people/unit/:id/end-duty", MAY_DUTIES, post_end_duty, 0 },
    { HTTP_POST, "/people/unit/:id/succeed", MAY_DUTIES, post_succeed, 0 },
    { HTTP_GET, "/audit", MAY_AUDIT, show_audit, 0 },
};
const size_t n_page_routes = COUNT(page_routes);
