/* Every statement of store/sql must be a statement of PostgreSQL too: the seam is held open before there is a second store.
 * The tables are made by the schema statements, then each of the others is prepared against them. */
#include "store/store.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

static bool refused(PGconn *pg, PGresult *answer, enum sql what)
{
    ExecStatusType status = PQresultStatus(answer);
    bool bad = status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY;
    if (bad)
        fprintf(stderr, "%s: %s    %s\n", store_sql_name(what), PQerrorMessage(pg), store_sql_pg(what));
    PQclear(answer);
    return bad;
}

static void quiet(void *context, const char *notice)
{
    (void)context, (void)notice; /* "exists, skipping" */
}

int main(void)
{
    PGconn *pg = PQconnectdb("");
    if (PQstatus(pg) != CONNECTION_OK)
        return fprintf(stderr, "%s", PQerrorMessage(pg)), 1;
    int bad = 0, tables = 0, prepared = 0;
    PQsetNoticeProcessor(pg, quiet, NULL);
    for (int round = 0; round < 2; round++) /* what is dropped and made stands on both sides of the drop */
        for (enum sql what = 0; what < SQL_COUNT; what++)
            if (strncmp(store_sql_name(what), "schema_", 7) == 0)
                bad += refused(pg, PQexec(pg, store_sql_pg(what)), what), tables++;
    for (enum sql what = 0; what < SQL_COUNT; what++)
        if (strncmp(store_sql_name(what), "schema_", 7) != 0)
            bad += refused(pg, PQprepare(pg, store_sql_name(what), store_sql_pg(what), 0, NULL), what), prepared++;
    printf("%d schema statements made, %d statements prepared, %d refused\n", tables, prepared, bad);
    PQfinish(pg);
    return bad ? 1 : 0;
}
