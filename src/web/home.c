/* home.c: the first page. Its headline is the finding. */
#include "web/inside.h"
#include "pages.tpl.h"

enum http_outcome show_home(struct page *g)
{
    struct home_page v = { .shell = page_shell(g, S("首页"), "/"), .done = page_done(g), .headline = S("台账") };
    tpl_home(&g->p->body, &v);
    return HTTP_DONE;
}
