/* Who may what, where, and how slowly passwords can be guessed. */
#include "access/caller.h"
#include "access/guard.h"
#include "access/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- roles ---- */

/* The table written a second time, as the office would say it: a bit that slips changes what somebody may do
 * to the record. */
static void roles_may_what_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *role, *rights;
    } table[] = {{"reader", "read check"},
                 {"officer", "read check records keep projects jobs"},
                 {"manager", "read check records keep override projects jobs"},
                 {"auditor", "read check records jobs-other log"},
                 {"admin", "read check records keep override projects jobs jobs-other log administer"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char rights[160] = "";
        for (int r = RIGHT_NONE + 1; r < RIGHT_COUNT; r++)
            if (access_role_may(table[i].role, (enum access_right)r)) {
                strcat(rights, *rights ? " " : "");
                strcat(rights, access_right_name((enum access_right)r));
            }
        assert_string_equal(rights, table[i].rights);
        assert_string_equal(access_role_at(i)->name, table[i].role);
    }
    assert_null(access_role_at(sizeof table / sizeof *table));
    for (int r = RIGHT_NONE; r < RIGHT_COUNT; r++)
        assert_false(access_role_may("root", (enum access_right)r));
}

/* A caller that was only zeroed, or whose person nobody knows, may nothing but what everybody may. */
static void nobody_may_nothing(void **state)
{
    (void)state;
    struct access_caller c = {0};
    struct error e = {0};
    assert_true(access_may(&c, RIGHT_NONE));
    for (int r = RIGHT_NONE + 1; r < RIGHT_COUNT; r++) {
        assert_false(access_may(&c, (enum access_right)r));
        assert_int_equal(access_need(&c, (enum access_right)r, &e), STATUS_NOT_LOGGED_IN);
    }
    assert_false(access_is_whole(&c));
    c.reads = true; /* --public-read */
    assert_true(access_may(&c, RIGHT_READ));
    assert_false(access_may(&c, RIGHT_CHECK));
}

/* The refusal names the right that is missing, the role that lacks it, and those that have it. */
static void a_refusal_names_right_and_roles(void **state)
{
    (void)state;
    struct access_caller c;
    struct error e = {0};
    const struct store_person p = {
        .id = 1, .name = "wang", .title = "王", .role = "officer", .unit = "150104"};
    access_caller_of(&p, ACCESS_SESSION, &c);
    assert_int_equal(access_need(&c, RIGHT_KEEP, &e), STATUS_OK);
    assert_int_equal(access_need(&c, RIGHT_OVERRIDE, &e), STATUS_FORBIDDEN);
    assert_non_null(strstr(e.en, "\"override\""));
    assert_non_null(strstr(e.en, "manager, admin"));
    assert_non_null(strstr(e.zh, "officer"));
    assert_non_null(strstr(e.zh, "改判"));
}

/* ---- units ---- */

/* Everything in a unit begins with its digits, and nothing else does: 1501 is not 15010, and a county that
 * ends in 00 would be a prefecture. */
static void units_nest_by_digits(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"all", ""},          {"150000", "15"},   {"150100", "1501"},         {"150104", "150104"},
        {"150110", "150110"}, {"152500", "1525"}, {"152502001", "152502001"}, {"150100000", "150100000"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char digits[UNIT_DIGITS_SIZE];
        unit_digits(table[i][0], digits);
        assert_string_equal(digits, table[i][1]);
        assert_int_equal(unit_is_whole(table[i][0]), i < 2);
    }
}

/* ---- secrets ---- */

/* The same password twice gives two strings (salt), each of which it matches and no other does. */
static void passwords(void **state)
{
    (void)state;
    char a[SECRET_PHC_SIZE], b[SECRET_PHC_SIZE];
    struct error e = {0};
    assert_int_equal(password_hash("草原 grass 1", a, &e), STATUS_OK);
    assert_int_equal(password_hash("草原 grass 1", b, &e), STATUS_OK);
    assert_string_not_equal(a, b);
    assert_memory_equal(a, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
    assert_true(password_matches(a, "草原 grass 1"));
    assert_false(password_matches(a, "草原 grass 2"));
    assert_false(password_matches("", ""));
    assert_false(password_matches(NULL, "草原 grass 1"));
    assert_false(password_matches("nonsense", "草原 grass 1"));
    assert_int_equal(password_check("short", &e), STATUS_INVALID_INPUT);
    assert_int_equal(password_check("line\nbreak", &e), STATUS_INVALID_INPUT);
    assert_int_equal(password_check("long enough", &e), STATUS_OK);
}

/* Secrets differ, and what is no secret of ours has no hash to be looked up by. */
static void secrets(void **state)
{
    (void)state;
    char a[SECRET_SIZE], b[SECRET_SIZE], of_a[SHA256_HEX_SIZE], of_b[SHA256_HEX_SIZE];
    struct error e = {0};
    assert_int_equal(secret_new(a, &e), STATUS_OK);
    assert_int_equal(secret_new(b, &e), STATUS_OK);
    assert_string_not_equal(a, b);
    assert_true(secret_hash(a, of_a) && secret_hash(b, of_b));
    assert_string_not_equal(of_a, a);
    assert_true(secret_same(of_a, of_a));
    assert_false(secret_same(of_a, of_b));
    assert_false(secret_hash(NULL, of_b));
    assert_false(secret_hash("", of_b));
    a[3] = 'G';
    assert_false(secret_hash(a, of_b));
}

/* ---- guessing ---- */

/* A thousand guesses of one name take hours, a success clears the name, and another name from another address
 * is not held up. The clock is the test's. */
static void guessing_gets_slow(void **state)
{
    (void)state;
    struct guard *g = guard_new();
    int64_t now = 0;
    for (int i = 0; i < GUARD_FREE; i++) {
        assert_int_equal(guard_wait_s(g, "zhang", "10.0.0.1", now), 0);
        assert_int_equal(guard_note(g, "zhang", "10.0.0.1", false, now), 0);
    }
    int waits[] = {1, 2, 4, 8, 16, 32, 64};
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        assert_int_equal(guard_note(g, "zhang", "10.0.0.1", false, now), waits[i]);
        assert_int_equal(guard_wait_s(g, "zhang", "10.0.0.1", now), waits[i]);
        now += waits[i] * 1000;
        assert_int_equal(guard_wait_s(g, "zhang", "10.0.0.1", now), 0);
    }
    for (int i = 0; i < 1000; i++) {
        int wait = guard_note(g, "zhang", "10.0.0.1", false, now);
        assert_true(wait > 64 && wait <= GUARD_ADDRESS_MAX_S);
        now += wait * INT64_C(1000);
    }
    assert_true(now > 1000 * INT64_C(800) * 1000);
    assert_int_equal(guard_note(g, "zhang", "10.0.0.1", false, now), GUARD_ADDRESS_MAX_S);
    assert_int_equal(guard_wait_s(g, "zhang", "10.0.0.2", now), GUARD_NAME_MAX_S); /* the name alone */
    assert_int_equal(guard_wait_s(g, "li", "10.0.0.1", now), GUARD_ADDRESS_MAX_S); /* the address alone */
    assert_int_equal(guard_wait_s(g, "li", "10.0.0.2", now), 0);
    (void)guard_note(g, "zhang", "10.0.0.2", true, now);
    assert_int_equal(guard_wait_s(g, "zhang", "10.0.0.2", now), 0);
    assert_int_equal(guard_wait_s(g, "zhang", "10.0.0.1", now + (GUARD_FORGET_S + 1) * INT64_C(1000)), 0);
    guard_free(g);
}

/* Whoever makes up names without end does not make the guard forget the address that they come from. */
static void made_up_names_do_not_push_out_the_address(void **state)
{
    (void)state;
    struct guard *g = guard_new();
    char name[32];
    for (int i = 0; i < 2 * GUARD_ROWS; i++) {
        snprintf(name, sizeof name, "name-%d", i);
        (void)guard_note(g, name, "10.0.0.9", false, i);
    }
    assert_int_equal(guard_wait_s(g, "new", "10.0.0.9", 2 * GUARD_ROWS), GUARD_ADDRESS_MAX_S);
    guard_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(roles_may_what_is_written),
                                       cmocka_unit_test(nobody_may_nothing),
                                       cmocka_unit_test(a_refusal_names_right_and_roles),
                                       cmocka_unit_test(units_nest_by_digits),
                                       cmocka_unit_test(passwords),
                                       cmocka_unit_test(secrets),
                                       cmocka_unit_test(guessing_gets_slow),
                                       cmocka_unit_test(made_up_names_do_not_push_out_the_address)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
