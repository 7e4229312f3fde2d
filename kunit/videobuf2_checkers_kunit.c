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

/* --- kmemleak ------------------------------------------------------------- */

/* Younger memory is not lost yet; MSECS_MIN_AGE in mm/kmemleak.c. */
#define KMEMLEAK_MIN_AGE_MS	5000
#define KMEMLEAK_REPORT_SIZE	(4 * PAGE_SIZE)

struct kmemleak_file {
	struct vfsmount *debugfs;
	struct file *file;
	char __user *buffer;
};

static void kmemleak_file_close(void *data)
{
	struct kmemleak_file *kmemleak = data;

	if (!IS_ERR_OR_NULL(kmemleak->file))
		fput(kmemleak->file);
	if (!IS_ERR_OR_NULL(kmemleak->debugfs))
		kern_unmount(kmemleak->debugfs);
}

/* Its file in debugfs is the only way to it; no user space has mounted that. */
static struct kmemleak_file *kmemleak_file_open(struct kunit *test)
{
	struct kmemleak_file *kmemleak;
	struct file_system_type *type;

	kmemleak = kunit_kzalloc(test, sizeof(*kmemleak), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, kmemleak);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test,
							kmemleak_file_close,
							kmemleak), 0);
	type = get_fs_type("debugfs");
	KUNIT_ASSERT_NOT_NULL(test, type);
	kmemleak->debugfs = kern_mount(type);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, kmemleak->debugfs);
	kmemleak->file = file_open_root_mnt(kmemleak->debugfs, "kmemleak",
					    O_RDWR, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, kmemleak->file,
					 "kmemleak is off: %pe",
					 kmemleak->file);
	/* The file's methods read and write user space's memory only. */
	kmemleak->buffer = vb2_kunit_user_memory(test, KMEMLEAK_REPORT_SIZE);
	return kmemleak;
}

static void kmemleak_command(struct kunit *test, struct kmemleak_file *kmemleak,
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

static void kmemleak_read(struct kunit *test, struct kmemleak_file *kmemleak,
			  char *report, size_t size)
{
	loff_t position = 0;
	ssize_t read;

	read = kmemleak->file->f_op->read(kmemleak->file, kmemleak->buffer,
					  size - 1, &position);
	KUNIT_ASSERT_GE(test, read, 0);
	KUNIT_ASSERT_EQ(test, copy_from_user(report, kmemleak->buffer, read),
			0);
	report[read] = '\0';
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
	struct kmemleak_file *kmemleak = kmemleak_file_open(test);
	unsigned int on_purpose;
	char *report;

	report = kunit_kzalloc(test, KMEMLEAK_REPORT_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, report);
	lose(test);
	msleep(KMEMLEAK_MIN_AGE_MS + 1000);
	kmemleak_command(test, kmemleak, "scan");
	kmemleak_command(test, kmemleak, "scan");
	kmemleak_read(test, kmemleak, report, KMEMLEAK_REPORT_SIZE);

	/* It prints what an object begins with. */
	on_purpose = count(report, LOST_MARK);
	KUNIT_EXPECT_GT_MSG(test, on_purpose, 0,
			    "kmemleak does not find what is lost");
	KUNIT_EXPECT_EQ_MSG(test, count(report, "unreferenced object"),
			    on_purpose, "lost:\n%s", report);
}

static struct kunit_case videobuf2_checkers_cases[] = {
	KUNIT_CASE(ww_mutex_injects_back_off),
	KUNIT_CASE_SLOW(suites_leaked_nothing),
	KUNIT_CASE(debug_objects_is_still_on),
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
