// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for what the memory allocators of videobuf2 export
 */

#include <kunit/test.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/path.h>
#include <linux/sched/signal.h>
#include <linux/timer.h>
#include <media/videobuf2-dma-contig.h>
#include <media/videobuf2-dma-sg.h>
#include <media/videobuf2-vmalloc.h>

#include "videobuf2_kunit_helpers.h"

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

static const struct vb2_mem_ops *mem_ops(struct kunit *test)
{
	const struct allocator *param = test->param_value;

	return param->mem_ops;
}

/* Three buffers of two planes on the allocator that the case is run for. */
static struct vb2_buffer *alloc(struct kunit *test)
{
	return vb2_kunit_alloc(test,
			       vb2_kunit_queue_create(test, DMA_FROM_DEVICE,
						      mem_ops(test)),
			       VB2_MEMORY_MMAP, 2);
}

static struct vb2_kunit_queue *to_vkq(struct vb2_buffer *vb)
{
	return container_of(vb->vb2_queue, struct vb2_kunit_queue, q);
}

static struct dma_resv *plane_resv(struct kunit *test, struct vb2_buffer *vb,
				   unsigned int plane)
{
	struct dma_resv *resv;

	KUNIT_ASSERT_NOT_NULL(test, mem_ops(test)->get_resv);
	resv = mem_ops(test)->get_resv(vb, vb->planes[plane].mem_priv);
	KUNIT_ASSERT_NOT_NULL(test, resv);

	return resv;
}

static void same_mode_is_same_dma_buf(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);

	KUNIT_EXPECT_PTR_EQ(test, vb2_kunit_export(test, vb, 0, O_RDWR),
			    vb2_kunit_export(test, vb, 0, O_RDWR));
}

static bool has_mode(struct dma_buf *dbuf, fmode_t mode)
{
	return (dbuf->file->f_mode & (FMODE_READ | FMODE_WRITE)) == mode;
}

static void other_mode_is_other_dma_buf(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);
	struct dma_buf *rd = vb2_kunit_export(test, vb, 0, O_RDONLY);
	struct dma_buf *wr = vb2_kunit_export(test, vb, 0, O_WRONLY);
	struct dma_buf *rdwr = vb2_kunit_export(test, vb, 0, O_RDWR);

	KUNIT_EXPECT_TRUE(test, has_mode(rd, FMODE_READ));
	KUNIT_EXPECT_TRUE(test, has_mode(wr, FMODE_WRITE));
	KUNIT_EXPECT_TRUE(test, has_mode(rdwr, FMODE_READ | FMODE_WRITE));
}

static void other_plane_is_other_dma_buf(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);

	KUNIT_EXPECT_PTR_NE(test, vb2_kunit_export(test, vb, 0, O_RDWR),
			    vb2_kunit_export(test, vb, 1, O_RDWR));
}

static void closed_export_is_released(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);
	void *mem = vb->planes[0].mem_priv;
	struct dma_buf *dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);

	KUNIT_EXPECT_EQ(test, mem_ops(test)->num_users(mem), 2);
	vb2_kunit_put_dma_buf(test, dbuf);
	KUNIT_EXPECT_EQ(test, mem_ops(test)->num_users(mem), 1);
	dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);
	KUNIT_EXPECT_EQ(test, mem_ops(test)->num_users(mem), 2);
}

/*
 * A path, as one opened with O_PATH has it, keeps a dma-buf whose file is gone.
 * The next file is likely to be made where that one was.
 */
static void doomed_export_is_not_found(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);
	struct dma_buf *doomed = vb2_kunit_export(test, vb, 0, O_RDWR);
	struct path path = doomed->file->f_path;
	struct dma_buf *stranger, *dbuf;

	path_get(&path);
	vb2_kunit_put_dma_buf(test, doomed);
	stranger = vb2_kunit_dma_buf(test, NULL);
	dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);
	path_put(&path);

	KUNIT_EXPECT_PTR_NE_MSG(test, dbuf, stranger,
				"the file of a stranger was exported");
	KUNIT_EXPECT_PTR_NE(test, dbuf, doomed);
	KUNIT_EXPECT_PTR_EQ_MSG(test, vb2_kunit_export(test, vb, 0, O_RDWR),
				dbuf, "the release of the old one hid it");
}

static void exports_share_resv_of_plane(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);
	struct dma_resv *resv = plane_resv(test, vb, 0);

	KUNIT_EXPECT_PTR_EQ(test,
			    vb2_kunit_export(test, vb, 0, O_RDONLY)->resv,
			    resv);
	KUNIT_EXPECT_PTR_EQ(test, vb2_kunit_export(test, vb, 0, O_RDWR)->resv,
			    resv);
}

static void planes_have_own_resv(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);

	KUNIT_EXPECT_PTR_NE(test, plane_resv(test, vb, 0),
			    plane_resv(test, vb, 1));
}

static void buffers_have_own_resv(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);

	KUNIT_EXPECT_PTR_NE(test, plane_resv(test, vb, 0),
			    plane_resv(test, vb2_get_buffer(vb->vb2_queue, 1),
				       0));
}

static void fence_is_there_before_first_export(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);
	struct dma_fence *fence = vb2_kunit_fence(test);
	struct dma_buf *dbuf;

	vb2_kunit_add_fence(test, plane_resv(test, vb, 0), fence,
			    DMA_RESV_USAGE_WRITE);
	dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);
	KUNIT_EXPECT_PTR_EQ(test,
			    vb2_kunit_pending(test, dbuf->resv,
					      DMA_RESV_USAGE_WRITE),
			    fence);
	KUNIT_EXPECT_FALSE(test, vb2_kunit_poll(dbuf, EPOLLIN));
	dma_fence_signal(fence);
}

/* V4L2_BUF_FLAG_MAPPED is set for buffers that are in use. */
static void unused_export_is_no_user(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);
	struct dma_buf *dbuf;

	KUNIT_EXPECT_FALSE(test, vb2_buffer_in_use(vb->vb2_queue, vb));
	dbuf = vb2_kunit_export(test, vb, 1, O_RDWR);
	KUNIT_EXPECT_TRUE_MSG(test, vb2_buffer_in_use(vb->vb2_queue, vb),
			      "a dma-buf that is held is no user");
	vb2_kunit_put_dma_buf(test, dbuf);
	KUNIT_EXPECT_FALSE_MSG(test, vb2_buffer_in_use(vb->vb2_queue, vb),
			       "a dma-buf that nobody holds is a user");
}

static void one_used_export_of_two_is_user(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);
	struct dma_buf *rd = vb2_kunit_export(test, vb, 0, O_RDONLY);

	vb2_kunit_put_dma_buf(test, vb2_kunit_export(test, vb, 0, O_RDWR));
	KUNIT_EXPECT_TRUE(test, vb2_buffer_in_use(vb->vb2_queue, vb));
	vb2_kunit_put_dma_buf(test, rd);
	KUNIT_EXPECT_FALSE(test, vb2_buffer_in_use(vb->vb2_queue, vb));
}

static void dma_buf_outlives_queue(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);
	struct dma_buf *dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);
	struct dma_fence *fence = vb2_kunit_fence(test);

	vb2_kunit_add_fence(test, dbuf->resv, fence, DMA_RESV_USAGE_WRITE);
	vb2_kunit_queue_free(test, to_vkq(vb));
	KUNIT_EXPECT_PTR_EQ(test,
			    vb2_kunit_pending(test, dbuf->resv,
					      DMA_RESV_USAGE_WRITE),
			    fence);
}

/* Two allocators hold the device once for each plane. */
static const struct allocator device_allocators[] = {
	{ "dma-contig", &vb2_dma_contig_memops },
	{ "dma-sg", &vb2_dma_sg_memops },
};

KUNIT_ARRAY_PARAM_DESC(device_allocator, device_allocators, name);

static void reqbufs_again_frees_first(struct kunit *test)
{
	struct vb2_buffer *vb = alloc(test);
	struct vb2_kunit_queue *vkq = to_vkq(vb);
	struct device *dev = vkq->q.dev;
	unsigned int before = kref_read(&dev->kobj.kref);

	vb2_kunit_put_dma_buf(test, vb2_kunit_export(test, vb, 0, O_RDWR));
	/* At once, not only when the file of an export is. */
	vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 2);
	KUNIT_EXPECT_EQ_MSG(test, kref_read(&dev->kobj.kref), before,
			    "the memory that was is still there");
}

struct cpu_access {
	const char *name;
	enum dma_data_direction direction;
	enum dma_resv_usage usage;
	bool waits;
};

static const struct cpu_access cpu_accesses[] = {
	{ "read after write", DMA_FROM_DEVICE, DMA_RESV_USAGE_WRITE, true },
	{ "read after read", DMA_FROM_DEVICE, DMA_RESV_USAGE_READ, false },
	{ "write after write", DMA_TO_DEVICE, DMA_RESV_USAGE_WRITE, true },
	{ "write after read", DMA_TO_DEVICE, DMA_RESV_USAGE_READ, true },
	{ "both after read", DMA_BIDIRECTIONAL, DMA_RESV_USAGE_READ, true },
};

KUNIT_ARRAY_PARAM_DESC(cpu_access, cpu_accesses, name);

struct late_signal {
	struct timer_list timer;
	struct dma_fence *fence;
};

static void late_signal(struct timer_list *timer)
{
	struct late_signal *late = container_of(timer, struct late_signal,
						timer);

	dma_fence_signal(late->fence);
}

/* Adds a fence to @resv that signals after @ms; shut its timer down. */
static struct late_signal *add_late_fence(struct kunit *test,
					  struct dma_resv *resv,
					  enum dma_resv_usage usage,
					  unsigned int ms)
{
	struct late_signal *late;

	late = kunit_kzalloc(test, sizeof(*late), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, late);
	late->fence = vb2_kunit_fence(test);
	vb2_kunit_add_fence(test, resv, late->fence, usage);
	timer_setup(&late->timer, late_signal, 0);
	mod_timer(&late->timer, jiffies + msecs_to_jiffies(ms));
	return late;
}

static struct dma_buf *export_dma_sg(struct kunit *test)
{
	struct vb2_kunit_queue *vkq =
		vb2_kunit_queue_create(test, DMA_FROM_DEVICE,
				       &vb2_dma_sg_memops);
	struct vb2_buffer *vb = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 1);

	return vb2_kunit_export(test, vb, 0, O_RDWR);
}

/*
 * The hook, not dma_buf_begin_cpu_access(), which waits after it: what the hook
 * syncs has to be there already. Where it has to wait, the fence signals soon,
 * else so late that only a hook that waits sees it.
 */
static void dma_sg_hook_waits_for_fences(struct kunit *test)
{
	const struct cpu_access *param = test->param_value;
	struct dma_buf *dbuf = export_dma_sg(test);
	struct late_signal *late = add_late_fence(test, dbuf->resv,
						  param->usage,
						  param->waits ? 50 : 10000);
	bool signalled;
	int ret;

	ret = dbuf->ops->begin_cpu_access(dbuf, param->direction);
	signalled = dma_fence_is_signaled(late->fence);
	timer_shutdown_sync(&late->timer);

	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ_MSG(test, signalled, param->waits,
			    "the hook %s",
			    signalled ? "waited" : "did not wait");
}

/* Whoever waits in there can be killed, and learns that nothing was synced. */
static void dma_sg_hook_ends_on_signal(struct kunit *test)
{
	struct dma_buf *dbuf = export_dma_sg(test);
	struct late_signal *late = add_late_fence(test, dbuf->resv,
						  DMA_RESV_USAGE_WRITE, 2000);
	bool signalled;
	int ret;

	allow_signal(SIGUSR1);
	send_sig(SIGUSR1, current, 1);
	ret = dbuf->ops->begin_cpu_access(dbuf, DMA_FROM_DEVICE);
	signalled = dma_fence_is_signaled(late->fence);
	flush_signals(current);
	disallow_signal(SIGUSR1);
	timer_shutdown_sync(&late->timer);

	KUNIT_EXPECT_EQ(test, ret, -ERESTARTSYS);
	KUNIT_EXPECT_FALSE_MSG(test, signalled, "the hook waited all the same");
}

static struct kunit_case videobuf2_export_cases[] = {
	KUNIT_CASE_PARAM(same_mode_is_same_dma_buf, allocator_gen_params),
	KUNIT_CASE_PARAM(other_mode_is_other_dma_buf, allocator_gen_params),
	KUNIT_CASE_PARAM(other_plane_is_other_dma_buf, allocator_gen_params),
	KUNIT_CASE_PARAM(closed_export_is_released, allocator_gen_params),
	KUNIT_CASE_PARAM(doomed_export_is_not_found, allocator_gen_params),
	KUNIT_CASE_PARAM(exports_share_resv_of_plane, allocator_gen_params),
	KUNIT_CASE_PARAM(planes_have_own_resv, allocator_gen_params),
	KUNIT_CASE_PARAM(buffers_have_own_resv, allocator_gen_params),
	KUNIT_CASE_PARAM(fence_is_there_before_first_export,
			 allocator_gen_params),
	KUNIT_CASE_PARAM(unused_export_is_no_user, allocator_gen_params),
	KUNIT_CASE_PARAM(one_used_export_of_two_is_user, allocator_gen_params),
	KUNIT_CASE_PARAM(dma_buf_outlives_queue, allocator_gen_params),
	KUNIT_CASE_PARAM(reqbufs_again_frees_first,
			 device_allocator_gen_params),
	KUNIT_CASE_PARAM(dma_sg_hook_waits_for_fences, cpu_access_gen_params),
	KUNIT_CASE(dma_sg_hook_ends_on_signal),
	{}
};

static struct kunit_suite videobuf2_export_suite = {
	.name = "videobuf2_export",
	.test_cases = videobuf2_export_cases,
};

kunit_test_suite(videobuf2_export_suite);

MODULE_DESCRIPTION("KUnit tests for what videobuf2 exports");
MODULE_LICENSE("GPL");
