// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for what a kernel with debugging options checks while the suites
 * of videobuf2 run
 *
 * Most checkers turn themselves off once they have found a fault or run out of
 * memory: a clean log means something only if they were still on at its end.
 * This suite is linked last, and so runs after all others of this folder.
 */

#include <kunit/test.h>
#include <linux/debug_locks.h>
#include <linux/debugobjects.h>
#include <linux/delay.h>
#include <linux/dma-resv.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/uaccess.h>

#include "videobuf2_kunit_helpers.h"

/* --- Is it on? ------------------------------------------------------------ */

/* Any report of lockdep, and any lack of room for its tables, turns it off. */
static void lockdep_is_still_on(struct kunit *test)
{
	KUNIT_EXPECT_EQ_MSG(test, debug_locks, 1,
			    "lockdep was turned off: look for its report above");
}

#ifdef CONFIG_DEBUG_OBJECTS
static bool asked_whether_static;

static bool is_static_object(void *address)
{
	asked_whether_static = true;
	return true;
}

static const struct debug_obj_descr static_object = {
	.name = "videobuf2_checkers",
	.is_static_object = is_static_object,
};

/* It asks about each object that it does not know, as long as it is on. */
static void debug_objects_is_still_on(struct kunit *test)
{
	static int object;

	asked_whether_static = false;
	debug_object_activate(&object, &static_object);
	debug_object_deactivate(&object, &static_object);
	debug_object_free(&object, &static_object);
	KUNIT_EXPECT_TRUE_MSG(test, asked_whether_static,
			      "it was turned off: look for \"ODEBUG disabled\"");
}
#endif

#ifdef CONFIG_DEBUG_WW_MUTEX_SLOWPATH
/*
 * The interval of CONFIG_DEBUG_WW_MUTEX_SLOWPATH begins anew with each acquire
 * context, by the low four bits of its stamp: among 16 contexts in a row that
 * lock three objects some get -EDEADLK, though nobody else wants the locks.
 */
static void ww_mutex_injects_back_off(struct kunit *test)
{
	struct dma_resv resv[3];
	unsigned int backed_off = 0;
	unsigned int round, i;

	for (i = 0; i < ARRAY_SIZE(resv); i++)
		dma_resv_init(&resv[i]);
	for (round = 0; round < 16; round++) {
		struct ww_acquire_ctx ctx;
		unsigned int locked = 0;
		int ret = 0;

		ww_acquire_init(&ctx, &reservation_ww_class);
		while (locked < ARRAY_SIZE(resv) && !ret) {
			ret = dma_resv_lock(&resv[locked], &ctx);
			if (!ret)
				locked++;
		}
		if (ret == -EDEADLK)
			backed_off++;
		while (locked)
			dma_resv_unlock(&resv[--locked]);
		ww_acquire_fini(&ctx);
	}
	for (i = 0; i < ARRAY_SIZE(resv); i++)
		dma_resv_fini(&resv[i]);
	KUNIT_EXPECT_GT_MSG(test, backed_off, 0,
			    "no dma_resv_lock() was made to back off");
}
#endif

/* --- Their files ---------------------------------------------------------- */

#define REPORT_SIZE	(4 * PAGE_SIZE)

struct checker_file {
	struct vfsmount *debugfs;
	struct file *file;
	char __user *buffer;
};

static void checker_file_close(void *data)
{
	struct checker_file *checker = data;

	if (!IS_ERR_OR_NULL(checker->file))
		fput(checker->file);
	if (!IS_ERR_OR_NULL(checker->debugfs))
		kern_unmount(checker->debugfs);
}

/* Its file in debugfs is the only way to it; no user space has mounted that. */
static __maybe_unused struct checker_file *
checker_file_open(struct kunit *test, const char *name)
{
	struct checker_file *checker;
	struct file_system_type *type;

	checker = kunit_kzalloc(test, sizeof(*checker), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, checker);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test,
							checker_file_close,
							checker), 0);
	type = get_fs_type("debugfs");
	KUNIT_ASSERT_NOT_NULL(test, type);
	checker->debugfs = kern_mount(type);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, checker->debugfs);
	checker->file = file_open_root_mnt(checker->debugfs, name, O_RDWR, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, checker->file, "%s is off: %pe",
					 name, checker->file);
	/* The file's methods read and write user space's memory only. */
	checker->buffer = vb2_kunit_user_memory(test, REPORT_SIZE);
	return checker;
}

/* Returns what the file says, until the test ends. */
static __maybe_unused char *checker_read(struct kunit *test,
					 struct checker_file *checker)
{
	char *report = kunit_kzalloc(test, REPORT_SIZE, GFP_KERNEL);
	loff_t position = 0;
	ssize_t read;

	KUNIT_ASSERT_NOT_NULL(test, report);
	read = checker->file->f_op->read(checker->file, checker->buffer,
					 REPORT_SIZE - 1, &position);
	KUNIT_ASSERT_GE(test, read, 0);
	KUNIT_ASSERT_EQ(test, copy_from_user(report, checker->buffer, read),
			0);
	return report;
}

/* --- KCSAN ---------------------------------------------------------------- */

#ifdef CONFIG_KCSAN
static void kcsan_is_still_on(struct kunit *test)
{
	struct checker_file *checker = checker_file_open(test, "kcsan");
	char *report = checker_read(test, checker);
	const char *watched = strstr(report, "setup_watchpoints: ");

	KUNIT_EXPECT_TRUE_MSG(test, str_has_prefix(report, "enabled: 1\n"),
			      "it was turned off:\n%s", report);
	KUNIT_ASSERT_NOT_NULL(test, watched);
	KUNIT_EXPECT_FALSE_MSG(test, str_has_prefix(watched,
						    "setup_watchpoints: 0\n"),
			       "it has looked at nothing");
}
#endif

/* --- kmemleak ------------------------------------------------------------- */

#ifdef CONFIG_DEBUG_KMEMLEAK
/* Younger memory is not lost yet; MSECS_MIN_AGE in mm/kmemleak.c. */
#define KMEMLEAK_MIN_AGE_MS	5000

static void kmemleak_command(struct kunit *test, struct checker_file *kmemleak,
			     const char *command)
{
	size_t size = strlen(command);
	loff_t position = 0;

	KUNIT_ASSERT_EQ(test, copy_to_user(kmemleak->buffer, command, size), 0);
	KUNIT_ASSERT_EQ_MSG(test,
			    kmemleak->file->f_op->write(kmemleak->file,
							kmemleak->buffer, size,
							&position),
			    size, "kmemleak does not take \"%s\"", command);
}

/* What is lost on purpose: several, since a stale register may hide one. */
#define LOST_MARK	"vb2-kunit-lost"

struct lost {
	unsigned long hidden[8];	/* inverted, or it would not be lost */
};

static void lost_free(void *data)
{
	struct lost *lost = data;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lost->hidden); i++)
		kfree((void *)~lost->hidden[i]);
}

static noinline void lose(struct kunit *test)
{
	struct lost *lost = kunit_kzalloc(test, sizeof(*lost), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, lost);
	for (i = 0; i < ARRAY_SIZE(lost->hidden); i++) {
		char *memory = kzalloc(64, GFP_KERNEL);

		if (memory)
			strscpy(memory, LOST_MARK, 64);
		lost->hidden[i] = ~(unsigned long)memory;
	}
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, lost_free, lost),
			0);
}

static unsigned int count(const char *report, const char *what)
{
	unsigned int found = 0;

	while ((report = strstr(report, what))) {
		report++;
		found++;
	}

	return found;
}

/*
 * Two scans: the first may take for lost what was moved while it ran, and
 * reports nothing whose contents have changed since the scan before.
 */
static void suites_leaked_nothing(struct kunit *test)
{
	struct checker_file *kmemleak = checker_file_open(test, "kmemleak");
	unsigned int on_purpose;
	char *report;

	lose(test);
	msleep(KMEMLEAK_MIN_AGE_MS + 1000);
	kmemleak_command(test, kmemleak, "scan");
	kmemleak_command(test, kmemleak, "scan");
	report = checker_read(test, kmemleak);

	/* It prints what an object begins with. */
	on_purpose = count(report, LOST_MARK);
	KUNIT_EXPECT_GT_MSG(test, on_purpose, 0,
			    "kmemleak does not find what is lost");
	KUNIT_EXPECT_EQ_MSG(test, count(report, "unreferenced object"),
			    on_purpose, "lost:\n%s", report);
}
#endif

static struct kunit_case videobuf2_checkers_cases[] = {
#ifdef CONFIG_DEBUG_WW_MUTEX_SLOWPATH
	KUNIT_CASE(ww_mutex_injects_back_off),
#endif
#ifdef CONFIG_DEBUG_KMEMLEAK
	KUNIT_CASE_SLOW(suites_leaked_nothing),
#endif
#ifdef CONFIG_DEBUG_OBJECTS
	KUNIT_CASE(debug_objects_is_still_on),
#endif
#ifdef CONFIG_KCSAN
	KUNIT_CASE(kcsan_is_still_on),
#endif
	KUNIT_CASE(lockdep_is_still_on),
	{}
};

static struct kunit_suite videobuf2_checkers_suite = {
	.name = "videobuf2_checkers",
	.test_cases = videobuf2_checkers_cases,
};

kunit_test_suite(videobuf2_checkers_suite);

MODULE_DESCRIPTION("KUnit tests for the checkers of a debugging kernel");
MODULE_LICENSE("GPL");
