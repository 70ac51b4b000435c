/* routes.c: the map of the site, with who may see what in its own column. A row without a permission is refused when
 * the server opens, and by a test. */
#include "web/inside.h"

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
    { HTTP_GET, "/todo", MAY_SIGNED_IN, show_todos, 0 },

    /* any ledger (list.c) */
    { HTTP_GET, "/l", MAY_SIGNED_IN, show_ledgers, 0 },
    { HTTP_GET, "/l/:ledger", MAY_SIGNED_IN, show_list, 0 },
    { HTTP_GET, "/l/:ledger/new", MAY_SIGNED_IN, show_open, 0 },
    { HTTP_POST, "/l/:ledger/new", MAY_SIGNED_IN, post_open, 0 },
    { HTTP_GET, "/search", MAY_SIGNED_IN, show_search, 0 },

    /* one entry: the kernel says who may see it, and what each may do (entry.c, acts.c) */
    { HTTP_GET, "/e/:id", MAY_SIGNED_IN, show_entry, 0 },
    { HTTP_GET, "/e/:id/report", MAY_SIGNED_IN, show_report_form, 0 },
    { HTTP_GET, "/e/:id/proof/:seq/:hash", MAY_SIGNED_IN, show_proof, 0 },
    { HTTP_POST, "/e/:id/:act", MAY_SIGNED_IN, post_act, HTTP_UPLOAD_BYTES },

    /* import, report, hand-out, sign */

    /* people, audit */
};
const size_t n_page_routes = COUNT(page_routes);
