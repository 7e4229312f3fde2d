// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for release fences and exports when memory runs out
 *
 * Each case lets the first allocation of an operation fail, then the second,
 * and so on, until the operation gets by without a failure.
 */

#include <kunit/test.h>
#include <linux/debugfs.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <media/videobuf2-dma-contig.h>
#include <media/videobuf2-dma-sg.h>
#include <media/videobuf2-vmalloc.h>

#include "videobuf2_kunit_helpers.h"

/* More than any operation below allocates. */
#define MAX_ALLOCATIONS	100

/* What failslab is set to when the suite begins, and is set to again. */
static struct {
	bool ignore_gfp_wait;
	unsigned long verbose;
} saved;

/* The variable behind a file of failslab in debugfs. */
static void *failslab_setting(const char *name)
{
	struct dentry *dir = debugfs_lookup("failslab", NULL);
	struct dentry *file = dir ? debugfs_lookup(name, dir) : NULL;
	void *setting = file ? d_inode(file)->i_private : NULL;

	dput(file);
	dput(dir);

	return setting;
}

/*
 * By itself failslab leaves alone what may wait for memory, which is all that
 * is tested here.
 */
static int alloc_failure_suite_init(struct kunit_suite *suite)
{
	bool *ignore_gfp_wait = failslab_setting("ignore-gfp-wait");
	unsigned long *verbose = failslab_setting("verbose");

	if (!ignore_gfp_wait || !verbose)
		return -ENOENT;

	saved.ignore_gfp_wait = *ignore_gfp_wait;
	saved.verbose = *verbose;
	*ignore_gfp_wait = false;
	*verbose = 0;

	return 0;
}

static void alloc_failure_suite_exit(struct kunit_suite *suite)
{
	bool *ignore_gfp_wait = failslab_setting("ignore-gfp-wait");
	unsigned long *verbose = failslab_setting("verbose");

	if (!ignore_gfp_wait || !verbose)
		return;

	*ignore_gfp_wait = saved.ignore_gfp_wait;
	*verbose = saved.verbose;
}

/* Let the @nth slab allocation of this task fail, from here to the end. */
static void failure_begin(unsigned int nth)
{
	WRITE_ONCE(current->fail_nth, nth);
}

/*
 * Returns whether there were so many, and one has failed. That can be one of a
 * debugging aid, such as kmemleak, which gets by: the operation succeeds.
 */
static bool failure_end(void)
{
	bool failed = !READ_ONCE(current->fail_nth);

	WRITE_ONCE(current->fail_nth, 0);

	return failed;
}

static struct dma_resv *plane_resv(struct vb2_buffer *vb, unsigned int plane)
{
	return vb2_kunit_memops.get_resv(vb, vb->planes[plane].mem_priv);
}

static bool readable(struct dma_resv *resv)
{
	return dma_resv_test_signaled(resv, DMA_RESV_USAGE_WRITE);
}

static void expect_nothing_published(struct kunit *test, struct vb2_buffer *vb)
{
	unsigned int i;

	for (i = 0; i < vb->num_planes; i++) {
		struct dma_resv *resv = plane_resv(vb, i);

		KUNIT_EXPECT_NULL_MSG(test,
				      vb2_kunit_pending(test, resv,
							DMA_RESV_USAGE_READ),
				      "a fence on plane %u", i);
		KUNIT_EXPECT_FALSE_MSG(test, dma_resv_is_locked(resv),
				       "the lock of plane %u is held", i);
	}
}

/* A buffer that the driver has, without a fence. */
static struct vb2_buffer *active(struct kunit *test, unsigned int num_planes)
{
	struct vb2_kunit_queue *vkq;

	vkq = vb2_kunit_queue_create(test, DMA_FROM_DEVICE, &vb2_kunit_memops);
	vkq->opt_in = false;

	return vb2_kunit_active(test, vkq, num_planes);
}

static void attach_without_memory_leaves_unfenced(struct kunit *test)
{
	struct vb2_buffer *vb = active(test, 1);
	unsigned int nth, refused = 0;
	bool failed = true;

	for (nth = 1; failed && nth < MAX_ALLOCATIONS; nth++) {
		int ret;

		failure_begin(nth);
		ret = vb2_buffer_attach_release_fence(vb);
		failed = failure_end();

		if (ret) {
			refused++;
			KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
			KUNIT_ASSERT_NULL(test, vb->release_fence);
			/* What the driver does next must do no harm. */
			KUNIT_EXPECT_EQ(test, vb2_buffer_arm_release_fence(vb),
					0);
			expect_nothing_published(test, vb);
		} else {
			KUNIT_ASSERT_NOT_NULL_MSG(test, vb->release_fence,
						  "success without a fence");
		}
		vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
		vb2_kunit_dqbuf(test, vb);
		vb2_kunit_qbuf(test, vb);
	}

	KUNIT_EXPECT_FALSE_MSG(test, failed, "never got by without failure");
	KUNIT_EXPECT_GT_MSG(test, refused, 0, "no allocation has failed");
}

static const unsigned int plane_counts[] = { 1, 3 };

static void plane_count_desc(const unsigned int *count, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u plane(s)", *count);
}

KUNIT_ARRAY_PARAM(plane_count, plane_counts, plane_count_desc);

/*
 * A dma_resv that has room for a fence keeps it, so each round has a queue of
 * its own.
 */
static void arm_without_memory_publishes_nothing(struct kunit *test)
{
	const unsigned int *num_planes = test->param_value;
	unsigned int nth, i, refused = 0;
	bool failed = true;

	for (nth = 1; failed && nth < MAX_ALLOCATIONS; nth++) {
		struct vb2_buffer *vb = active(test, *num_planes);
		int ret;

		KUNIT_ASSERT_EQ(test, vb2_buffer_attach_release_fence(vb), 0);
		failure_begin(nth);
		ret = vb2_buffer_arm_release_fence(vb);
		failed = failure_end();

		if (ret) {
			refused++;
			KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
			expect_nothing_published(test, vb);
		} else {
			for (i = 0; i < vb->num_planes; i++)
				KUNIT_EXPECT_FALSE(test,
						   readable(plane_resv(vb, i)));
		}
		vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
		expect_nothing_published(test, vb);
		KUNIT_EXPECT_NULL(test, vb->release_fence);
		vb2_kunit_dqbuf(test, vb);
	}

	KUNIT_EXPECT_FALSE_MSG(test, failed, "never got by without failure");
	KUNIT_EXPECT_GE_MSG(test, refused, *num_planes,
			    "not every plane had an allocation that failed");
}

static struct dma_fence *published(struct kunit *test, struct vb2_buffer *vb,
				   unsigned int plane)
{
	return vb2_kunit_pending(test, plane_resv(vb, plane),
				 DMA_RESV_USAGE_WRITE);
}

/* Out of memory once is not out of memory for ever. */
static void arm_again_when_there_is_memory(struct kunit *test)
{
	unsigned int nth, i, refused = 0;
	bool failed = true;

	for (nth = 1; failed && nth < MAX_ALLOCATIONS; nth++) {
		struct vb2_buffer *vb = active(test, 3);
		struct dma_fence *fence;

		KUNIT_ASSERT_EQ(test, vb2_buffer_attach_release_fence(vb), 0);
		failure_begin(nth);
		if (vb2_buffer_arm_release_fence(vb))
			refused++;
		failed = failure_end();

		KUNIT_EXPECT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
		fence = published(test, vb, 0);
		KUNIT_ASSERT_NOT_NULL_MSG(test, fence, "after failure %u", nth);
		for (i = 1; i < 3; i++)
			KUNIT_EXPECT_PTR_EQ(test, published(test, vb, i),
					    fence);
		vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
		KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	}

	KUNIT_EXPECT_FALSE_MSG(test, failed, "never got by without failure");
	KUNIT_EXPECT_GT_MSG(test, refused, 0, "no allocation has failed");
}

struct allocator {
	const char *name;
	const struct vb2_mem_ops *mem_ops;
};

static const struct allocator allocators[] = {
	{ "vmalloc", &vb2_vmalloc_memops },
	{ "dma-contig", &vb2_dma_contig_memops },
	{ "dma-sg", &vb2_dma_sg_memops },
};

KUNIT_ARRAY_PARAM_DESC(allocator, allocators, name);

static int export(struct vb2_buffer *vb, int *fd)
{
	struct vb2_queue *q = vb->vb2_queue;
	int ret;

	mutex_lock(q->lock);
	ret = vb2_core_expbuf(q, fd, q->type, vb, 0, O_RDWR | O_CLOEXEC);
	mutex_unlock(q->lock);

	return ret;
}

static void export_without_memory_leaves_no_user(struct kunit *test)
{
	const struct allocator *param = test->param_value;
	struct vb2_kunit_queue *vkq;
	unsigned int nth, refused = 0;
	struct dma_resv *resv;
	struct vb2_buffer *vb;
	bool failed = true;

	vkq = vb2_kunit_queue_create(test, DMA_FROM_DEVICE, param->mem_ops);
	vb = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 1);
	resv = param->mem_ops->get_resv(vb, vb->planes[0].mem_priv);
	/* dma-contig WARNs if the first export can't have its sg_table. */
	vb2_kunit_put_dma_buf(test, vb2_kunit_export(test, vb, 0, O_RDWR));

	for (nth = 1; failed && nth < MAX_ALLOCATIONS; nth++) {
		struct dma_buf *first, *again;
		int fd, ret;

		failure_begin(nth);
		ret = export(vb, &fd);
		failed = failure_end();

		if (ret)
			refused++;
		else
			close_fd(fd);
		flush_delayed_fput();
		KUNIT_ASSERT_FALSE_MSG(test,
				       vb2_buffer_in_use(vb->vb2_queue, vb),
				       "with failure %u, a user is left", nth);
		first = vb2_kunit_export(test, vb, 0, O_RDWR);
		again = vb2_kunit_export(test, vb, 0, O_RDWR);
		KUNIT_EXPECT_PTR_EQ_MSG(test, first, again,
					"after failure %u", nth);
		KUNIT_EXPECT_PTR_EQ_MSG(test, first->resv, resv,
					"after failure %u", nth);
		vb2_kunit_put_dma_buf(test, again);
		vb2_kunit_put_dma_buf(test, first);
	}

	KUNIT_EXPECT_FALSE_MSG(test, failed, "never got by without failure");
	KUNIT_EXPECT_GT_MSG(test, refused, 0, "no allocation has failed");
}

static struct kunit_case videobuf2_alloc_failure_cases[] = {
	KUNIT_CASE(attach_without_memory_leaves_unfenced),
	KUNIT_CASE_PARAM(arm_without_memory_publishes_nothing,
			 plane_count_gen_params),
	KUNIT_CASE(arm_again_when_there_is_memory),
	KUNIT_CASE_PARAM(export_without_memory_leaves_no_user,
			 allocator_gen_params),
	{}
};

static struct kunit_suite videobuf2_alloc_failure_suite = {
	.name = "videobuf2_alloc_failure",
	.suite_init = alloc_failure_suite_init,
	.suite_exit = alloc_failure_suite_exit,
	.test_cases = videobuf2_alloc_failure_cases,
};

kunit_test_suite(videobuf2_alloc_failure_suite);

MODULE_DESCRIPTION("KUnit tests for videobuf2 when memory runs out");
MODULE_LICENSE("GPL");
