// SPDX-License-Identifier: GPL-2.0-only
/* Suites that end in every way that a suite can: what the logs in this folder were recorded from. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

static const char * const words[] = { "plain", "two words", "number #3", "last" };

static void word_desc(const char * const *word, char *desc)
{
	strscpy(desc, *word, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(word, words, word_desc);

static void passes(struct kunit *test)
{
	kunit_info(test, "a line of its own");
}

static void passes_each(struct kunit *test)
{
	KUNIT_EXPECT_NOT_NULL(test, test->param_value);
}

static void fails(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1 + 1, 3);
	KUNIT_EXPECT_STREQ_MSG(test, "a", "b", "round %d", 1);
}

static void fails_at_once(struct kunit *test)
{
	KUNIT_ASSERT_TRUE(test, false);
}

static void fails_one_parameter(struct kunit *test)
{
	KUNIT_EXPECT_STRNEQ(test, *(const char * const *)test->param_value, "two words");
}

static void is_skipped(struct kunit *test)
{
	kunit_skip(test, "no such device");
}

static void is_skipped_late(struct kunit *test)
{
	kunit_mark_skipped(test, "seen too late");
	kunit_info(test, "and goes on");
}

static void warns(struct kunit *test)
{
	WARN(1, "the fixture warns\n");
}

static void underflows(struct kunit *test)
{
	refcount_t count = REFCOUNT_INIT(0);

	refcount_dec(&count);
}

static void sleeps_in_atomic(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	might_sleep();
	spin_unlock(&lock);
}

static void locks_in_both_orders(struct kunit *test)
{
	static DEFINE_MUTEX(one);
	static DEFINE_MUTEX(two);

	mutex_lock(&one);
	mutex_lock(&two);
	mutex_unlock(&two);
	mutex_unlock(&one);
	mutex_lock(&two);
	mutex_lock(&one);
	mutex_unlock(&one);
	mutex_unlock(&two);
}

static void crashes(struct kunit *test)
{
	*(volatile int *)8 = 1;
}

static void hangs(struct kunit *test)
{
	for (;;)
		cpu_relax();
}

static int no_suite(struct kunit_suite *suite)
{
	return -EIO;
}

static int no_test(struct kunit *test)
{
	return -ENOMEM;
}

static struct kunit_case pass_cases[] = {
	KUNIT_CASE(passes), KUNIT_CASE_PARAM(passes_each, word_gen_params),
	KUNIT_CASE_SLOW(passes), {}
};
static struct kunit_suite pass_suite = { .name = "gate_pass", .test_cases = pass_cases };

static struct kunit_case fail_cases[] = {
	KUNIT_CASE(passes), KUNIT_CASE(fails), KUNIT_CASE(fails_at_once),
	KUNIT_CASE_PARAM(fails_one_parameter, word_gen_params), {}
};
static struct kunit_suite fail_suite = { .name = "gate_fail", .test_cases = fail_cases };

static struct kunit_case skip_cases[] = {
	KUNIT_CASE(is_skipped), KUNIT_CASE(is_skipped_late), KUNIT_CASE(passes), {}
};
static struct kunit_suite skip_suite = { .name = "gate_skip", .test_cases = skip_cases };

static struct kunit_case all_skip_cases[] = { KUNIT_CASE(is_skipped), {} };
static struct kunit_suite all_skip_suite = { .name = "gate_all_skip", .test_cases = all_skip_cases };

static struct kunit_case splat_cases[] = {
	KUNIT_CASE(warns), KUNIT_CASE(underflows), KUNIT_CASE(sleeps_in_atomic),
	KUNIT_CASE(locks_in_both_orders), KUNIT_CASE(passes), {}
};
static struct kunit_suite splat_suite = { .name = "gate_splat", .test_cases = splat_cases };

static struct kunit_case init_cases[] = { KUNIT_CASE(passes), KUNIT_CASE(fails), {} };
static struct kunit_suite suite_init_suite = {
	.name = "gate_suite_init", .suite_init = no_suite, .test_cases = init_cases
};
static struct kunit_suite init_suite = {
	.name = "gate_init", .init = no_test, .test_cases = pass_cases
};

static struct kunit_case crash_cases[] = { KUNIT_CASE(passes), KUNIT_CASE(crashes), {} };
static struct kunit_suite crash_suite = { .name = "gate_crash", .test_cases = crash_cases };

static struct kunit_case hang_cases[] = { KUNIT_CASE(passes), KUNIT_CASE(hangs), {} };
static struct kunit_suite hang_suite = { .name = "gate_hang", .test_cases = hang_cases };

#ifdef MODULE
kunit_test_suites(&pass_suite, &fail_suite);
#else
kunit_test_suites(&pass_suite, &fail_suite, &skip_suite, &all_skip_suite, &splat_suite,
		  &suite_init_suite, &init_suite, &crash_suite, &hang_suite);
#endif

MODULE_DESCRIPTION("KUnit suites that end in every way");
MODULE_LICENSE("GPL");
