// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for the release fences of videobuf2
 *
 * What a case looks at is what others see: the dma_resv and the dma-bufs of a
 * plane. vb->release_fence is only looked at where the case is about it.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sync_file.h>
#include <linux/uaccess.h>
#include <media/videobuf2-dma-contig.h>
#include <media/videobuf2-dma-sg.h>
#include <media/videobuf2-vmalloc.h>
#include <uapi/linux/sync_file.h>

#include "videobuf2_kunit_helpers.h"

/* What the allocators have to have in common. */
struct allocator {
	const char *name;
	const struct vb2_mem_ops *mem_ops;
};

static const struct allocator allocators[] = {
	{ "fake", &vb2_kunit_memops },
	{ "vmalloc", &vb2_vmalloc_memops },
	{ "dma-contig", &vb2_dma_contig_memops },
	{ "dma-sg", &vb2_dma_sg_memops },
};

KUNIT_ARRAY_PARAM_DESC(allocator, allocators, name);

/* On the fake allocator, every MMAP plane has one unless the queue hides it. */
static struct dma_resv *plane_resv(struct vb2_buffer *vb, unsigned int plane)
{
	const struct vb2_mem_ops *mem_ops = vb->vb2_queue->mem_ops;

	/* One case hides the operation of the fake allocator. */
	if (mem_ops->alloc == vb2_kunit_memops.alloc)
		mem_ops = &vb2_kunit_memops;

	return mem_ops->get_resv ?
	       mem_ops->get_resv(vb, vb->planes[plane].mem_priv) : NULL;
}

static struct dma_fence *pending_write(struct kunit *test,
				       struct dma_resv *resv)
{
	return vb2_kunit_pending(test, resv, DMA_RESV_USAGE_WRITE);
}

static struct dma_fence *pending_any(struct kunit *test, struct dma_resv *resv)
{
	return vb2_kunit_pending(test, resv, DMA_RESV_USAGE_READ);
}

/* Arm the fence of @vb and return what a reader of plane 0 finds. */
static struct dma_fence *arm_write(struct kunit *test, struct vb2_buffer *vb)
{
	struct dma_fence *fence;

	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	fence = pending_write(test, plane_resv(vb, 0));
	KUNIT_ASSERT_NOT_NULL_MSG(test, fence, "no write fence after arming");

	return fence;
}

static struct vb2_kunit_queue *capture_queue(struct kunit *test)
{
	return vb2_kunit_queue_create(test, DMA_FROM_DEVICE,
				      &vb2_kunit_memops);
}

static struct vb2_buffer *active(struct kunit *test)
{
	return vb2_kunit_active(test, capture_queue(test), 1);
}

/* A queue on the allocator that the case is run for. */
static struct vb2_kunit_queue *allocator_queue(struct kunit *test)
{
	const struct allocator *param = test->param_value;

	return vb2_kunit_queue_create(test, DMA_FROM_DEVICE, param->mem_ops);
}

/* Attach */

static void attach_is_not_seen(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	struct dma_buf *dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);

	KUNIT_EXPECT_NOT_NULL(test, vb->release_fence);
	KUNIT_EXPECT_NULL(test, pending_any(test, dbuf->resv));
	KUNIT_EXPECT_TRUE(test, vb2_kunit_poll(dbuf, EPOLLIN));
	KUNIT_EXPECT_TRUE(test, vb2_kunit_poll(dbuf, EPOLLOUT));
}

static void attach_before_streaming_comes_with_streamon(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 1);

	vb2_kunit_qbuf(test, vb);
	KUNIT_EXPECT_NULL(test, vb->release_fence);
	vb2_kunit_streamon(test, vkq);
	KUNIT_EXPECT_NOT_NULL(test, vb->release_fence);
}

static void attach_twice_is_busy(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	struct vb2_release_fence *first = vb->release_fence;

	KUNIT_EXPECT_EQ(test, vb2_buffer_attach_release_fence(vb), -EBUSY);
	KUNIT_EXPECT_PTR_EQ_MSG(test, vb->release_fence, first,
				"the refused fence replaced the first one");
}

static void attach_to_armed_is_busy(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	struct dma_fence *fence = arm_write(test, vb);

	KUNIT_EXPECT_EQ(test, vb2_buffer_attach_release_fence(vb), -EBUSY);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_TRUE_MSG(test, dma_fence_is_signaled(fence),
			      "the published fence was lost");
}

static void attach_to_dequeued_is_invalid(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 1);

	KUNIT_EXPECT_EQ(test, vb2_buffer_attach_release_fence(vb), -EINVAL);
	KUNIT_EXPECT_NULL(test, vb->release_fence);
}

static void attach_to_done_is_invalid(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);

	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, vb2_buffer_attach_release_fence(vb), -EINVAL);
	KUNIT_EXPECT_NULL(test, vb->release_fence);
}

/* Arm */

static void arm_capture_publishes_write(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	struct dma_buf *dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);

	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	KUNIT_EXPECT_NOT_NULL(test, pending_write(test, dbuf->resv));
	KUNIT_EXPECT_FALSE_MSG(test, vb2_kunit_poll(dbuf, EPOLLIN),
			       "readable while the device writes");
	KUNIT_EXPECT_FALSE_MSG(test, vb2_kunit_poll(dbuf, EPOLLOUT),
			       "writable while the device writes");
}

static void arm_output_publishes_read(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = vb2_kunit_queue_create(test,
							     DMA_TO_DEVICE,
							     &vb2_kunit_memops);
	struct vb2_buffer *vb = vb2_kunit_active(test, vkq, 1);
	struct dma_buf *dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);

	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	KUNIT_EXPECT_NULL(test, pending_write(test, dbuf->resv));
	KUNIT_EXPECT_NOT_NULL(test, pending_any(test, dbuf->resv));
	KUNIT_EXPECT_TRUE_MSG(test, vb2_kunit_poll(dbuf, EPOLLIN),
			      "not readable while the device only reads");
	KUNIT_EXPECT_FALSE_MSG(test, vb2_kunit_poll(dbuf, EPOLLOUT),
			       "writable while the device reads");
}

static void arm_bidirectional_publishes_write(struct kunit *test)
{
	struct vb2_kunit_queue *vkq;

	vkq = vb2_kunit_queue_create(test, DMA_BIDIRECTIONAL,
				     &vb2_kunit_memops);
	arm_write(test, vb2_kunit_active(test, vkq, 1));
}

static void arm_unattached_does_nothing(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb;

	vkq->opt_in = false;
	vb = vb2_kunit_active(test, vkq, 1);
	KUNIT_EXPECT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	KUNIT_EXPECT_NULL(test, pending_any(test, plane_resv(vb, 0)));
}

static void arm_twice_publishes_once(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	struct dma_fence *fence = arm_write(test, vb);
	u64 seqno = fence->seqno;

	KUNIT_EXPECT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	KUNIT_EXPECT_PTR_EQ(test, pending_any(test, plane_resv(vb, 0)), fence);
	KUNIT_EXPECT_EQ_MSG(test, fence->seqno, seqno,
			    "a published fence was initialised again");
}

static void arm_after_done_does_nothing(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);

	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	KUNIT_EXPECT_NULL(test, pending_any(test, plane_resv(vb, 0)));
}

static void arm_keeps_fences_of_others(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	struct dma_fence *other = vb2_kunit_fence(test);
	struct dma_resv *resv = plane_resv(vb, 0);

	vb2_kunit_add_fence(test, resv, other, DMA_RESV_USAGE_READ);
	arm_write(test, vb);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_PTR_EQ(test, pending_any(test, resv), other);
}

/* Numbers and timelines */

static void indices_are_timelines(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb0 = vb2_kunit_active(test, vkq, 1);
	struct vb2_buffer *vb1 = vb2_get_buffer(&vkq->q, 1);
	struct dma_fence *f0, *f1;

	vb2_kunit_qbuf(test, vb1);
	f0 = arm_write(test, vb0);
	f1 = arm_write(test, vb1);
	KUNIT_EXPECT_NE(test, f0->context, f1->context);

	/* Out of order, which is why they may not share a timeline. */
	vb2_buffer_done(vb1, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(f0));
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(f1));
}

static int sync_file_fd(struct kunit *test, struct dma_fence *fence)
{
	struct sync_file *sync_file;
	int fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	KUNIT_ASSERT_GE(test, fd, 0);
	sync_file = sync_file_create(fence);
	if (sync_file)
		fd_install(fd, sync_file->file);
	else
		put_unused_fd(fd);
	KUNIT_ASSERT_NOT_NULL(test, sync_file);

	return fd;
}

/* Merge the sync_files of two fences, as user space does. */
static struct dma_fence *merge(struct kunit *test, struct dma_fence *f0,
			       struct dma_fence *f1)
{
	int fd = sync_file_fd(test, f0);
	struct sync_merge_data data = {
		.name = "vb2-kunit",
		.fd2 = sync_file_fd(test, f1),
		.fence = -1,
	};
	struct dma_fence *merged = NULL;
	void __user *user;
	struct file *file;
	long ret = -EFAULT;

	user = vb2_kunit_user_memory(test, PAGE_SIZE);
	file = fget(fd);
	if (!copy_to_user(user, &data, sizeof(data)))
		ret = file->f_op->unlocked_ioctl(file, SYNC_IOC_MERGE,
						 (unsigned long)user);
	fput(file);
	if (!ret && !copy_from_user(&data, user, sizeof(data)))
		merged = sync_file_get_fence(data.fence);
	if (data.fence >= 0)
		close_fd(data.fence);
	close_fd(data.fd2);
	close_fd(fd);
	KUNIT_ASSERT_EQ_MSG(test, ret, 0, "SYNC_IOC_MERGE failed");
	KUNIT_ASSERT_NOT_NULL(test, merged);
	vb2_kunit_put_fence_later(test, merged);

	return merged;
}

/*
 * Of two fences of one timeline, merging keeps the later one only. So what is
 * merged here would signal with the buffer that was armed last.
 */
static void merged_sync_file_signals_with_last(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb0 = vb2_kunit_active(test, vkq, 1);
	struct vb2_buffer *vb1 = vb2_get_buffer(&vkq->q, 1);
	struct vb2_buffer *vb2 = vb2_get_buffer(&vkq->q, 2);
	struct dma_fence *merged;

	vb2_kunit_qbuf(test, vb1);
	vb2_kunit_qbuf(test, vb2);
	merged = merge(test, arm_write(test, vb0), arm_write(test, vb1));
	merged = merge(test, merged, arm_write(test, vb2));

	vb2_buffer_done(vb2, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_FALSE_MSG(test, dma_fence_is_signaled(merged),
			       "signalled with two of three buffers pending");
	vb2_buffer_done(vb0, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_FALSE_MSG(test, dma_fence_is_signaled(merged),
			       "signalled with one of three buffers pending");
	vb2_buffer_done(vb1, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(merged));
}

static void queues_have_own_timelines(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *other = active(test);
	struct vb2_buffer *last;
	struct dma_fence *f0, *f1;

	vb2_kunit_active(test, vkq, 1);
	last = vb2_get_buffer(&vkq->q, 2);
	vb2_kunit_qbuf(test, last);
	f0 = arm_write(test, other);
	f1 = arm_write(test, last);
	KUNIT_EXPECT_NE(test, f0->context, f1->context);
	KUNIT_EXPECT_GE_MSG(test, abs((s64)(f0->context - f1->context)),
			    vkq->q.max_num_buffers - 2,
			    "the timelines of two queues overlap");
}

static void numbers_rise_across_cycles(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	struct dma_fence *f0, *f1;

	f0 = arm_write(test, vb);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	vb2_kunit_dqbuf(test, vb);
	vb2_kunit_qbuf(test, vb);
	f1 = arm_write(test, vb);
	KUNIT_EXPECT_EQ(test, f0->context, f1->context);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_later(f1, f0));
}

static void numbers_rise_across_reqbufs(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct dma_fence *f0, *f1;

	f0 = arm_write(test, vb2_kunit_active(test, vkq, 1));
	vb2_kunit_streamoff(test, vkq);
	vb2_kunit_free_buffers(test, vkq);
	f1 = arm_write(test, vb2_kunit_active(test, vkq, 1));
	KUNIT_EXPECT_EQ(test, f0->context, f1->context);
	KUNIT_EXPECT_TRUE_MSG(test, dma_fence_is_later(f1, f0),
			      "seqno %llu comes after %llu", f1->seqno,
			      f0->seqno);
}

static void numbers_rise_across_remove_bufs(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb = vb2_kunit_active(test, vkq, 1);
	unsigned int count = 1, first;
	struct dma_fence *f0, *f1;
	int ret;

	f0 = arm_write(test, vb);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	vb2_kunit_dqbuf(test, vb);

	mutex_lock(&vkq->lock);
	ret = vb2_core_remove_bufs(&vkq->q, 0, 1);
	if (!ret)
		ret = vb2_core_create_bufs(&vkq->q, VB2_MEMORY_MMAP, 0, &count,
					   0, NULL, &first);
	mutex_unlock(&vkq->lock);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_EQ_MSG(test, first, 0, "not the index that was free");

	vb = vb2_get_buffer(&vkq->q, 0);
	vb2_kunit_qbuf(test, vb);
	f1 = arm_write(test, vb);
	KUNIT_EXPECT_EQ(test, f0->context, f1->context);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_later(f1, f0));
}

/* The counter is one for the queue: a buffer that rests misses many. */
static void numbers_rise_over_a_leap(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	struct dma_fence *f0, *f1;

	f0 = arm_write(test, vb);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	vb2_kunit_dqbuf(test, vb);
	atomic64_add(U32_MAX / 2 + 2, &vb->vb2_queue->release_fence_seqno);
	vb2_kunit_qbuf(test, vb);
	f1 = arm_write(test, vb);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_later(f1, f0));
	KUNIT_EXPECT_FALSE(test, dma_fence_is_later(f0, f1));
}

/* Done */

struct done_param {
	const char *name;
	enum vb2_buffer_state state;
	int status;
};

static const struct done_param done_params[] = {
	{ "DONE is success", VB2_BUF_STATE_DONE, 1 },
	{ "ERROR is -EIO", VB2_BUF_STATE_ERROR, -EIO },
	{ "QUEUED is -ECANCELED", VB2_BUF_STATE_QUEUED, -ECANCELED },
};

KUNIT_ARRAY_PARAM_DESC(done, done_params, name);

static void done_signals(struct kunit *test)
{
	const struct done_param *param = test->param_value;
	struct vb2_buffer *vb = active(test);
	struct dma_fence *fence = arm_write(test, vb);

	KUNIT_EXPECT_EQ_MSG(test, dma_fence_get_status(fence), 0,
			    "signalled before the buffer was done");
	vb2_buffer_done(vb, param->state);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), param->status);
	KUNIT_EXPECT_NULL(test, vb->release_fence);
}

static void done_unarmed_is_not_seen(struct kunit *test)
{
	const struct done_param *param = test->param_value;
	struct vb2_buffer *vb = active(test);

	vb2_buffer_done(vb, param->state);
	KUNIT_EXPECT_NULL_MSG(test, vb->release_fence,
			      "the next attach would find a fence");
	KUNIT_EXPECT_NULL(test, pending_any(test, plane_resv(vb, 0)));
}

static void done_drops_its_reference(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	struct dma_fence *fence = arm_write(test, vb);
	unsigned int before = kref_read(&fence->refcount);

	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), before - 1);
}

static void done_makes_dma_buf_ready(struct kunit *test)
{
	struct vb2_buffer *vb = vb2_kunit_active(test, allocator_queue(test),
						 1);
	struct dma_buf *dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);

	arm_write(test, vb);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_TRUE(test, vb2_kunit_poll(dbuf, EPOLLIN));
	KUNIT_EXPECT_TRUE(test, vb2_kunit_poll(dbuf, EPOLLOUT));
}

static void done_queued_gets_fresh_fence(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 1);
	struct dma_fence *fence;

	/* A driver that can't start gives its buffers back as QUEUED. */
	vkq->start_ret = -EIO;
	vb2_kunit_qbuf(test, vb);
	vb2_kunit_streamon(test, vkq);
	KUNIT_EXPECT_NULL(test, vb->release_fence);

	vkq->start_ret = 0;
	vb2_kunit_streamon(test, vkq);
	KUNIT_EXPECT_EQ(test, vkq->attach_ret, 0);
	fence = arm_write(test, vb);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

/* The test can't end in here, so what goes wrong is seen later. */
static void arm_at_start(struct vb2_kunit_queue *vkq)
{
	struct vb2_buffer *vb = vb2_get_buffer(&vkq->q, 0);
	struct dma_fence **fence = vkq->priv;

	if (!vb2_buffer_arm_release_fence(vb))
		dma_resv_get_singleton(plane_resv(vb, 0), DMA_RESV_USAGE_WRITE,
				       fence);
}

/* A driver may find out that it can't start when it has armed buffers. */
static void failed_start_cancels_armed_fence(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 1);
	struct dma_fence *fence = NULL, *fresh;

	vkq->start = arm_at_start;
	vkq->priv = &fence;
	vkq->start_ret = -EIO;
	vb2_kunit_qbuf(test, vb);
	vb2_kunit_streamon(test, vkq);
	KUNIT_ASSERT_NOT_NULL_MSG(test, fence, "no write fence after arming");
	vb2_kunit_put_fence_later(test, fence);
	KUNIT_EXPECT_EQ(test, vb->state, VB2_BUF_STATE_QUEUED);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_NULL(test, pending_any(test, plane_resv(vb, 0)));

	vkq->start = NULL;
	vkq->start_ret = 0;
	vb2_kunit_streamon(test, vkq);
	KUNIT_EXPECT_EQ(test, vkq->attach_ret, 0);
	fresh = arm_write(test, vb);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_later(fresh, fence));
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fresh), 1);
}

struct interrupt {
	struct irq_work work;
	struct vb2_buffer *vb;
	bool hard;
};

static void interrupt(struct irq_work *work)
{
	struct interrupt *irq = container_of(work, struct interrupt, work);

	irq->hard = in_hardirq();
	vb2_buffer_done(irq->vb, VB2_BUF_STATE_DONE);
}

static void done_by_interrupt(struct kunit *test, struct vb2_buffer *vb)
{
	struct interrupt irq = { .work = IRQ_WORK_INIT_HARD(interrupt),
				 .vb = vb };

	irq_work_queue(&irq.work);
	irq_work_sync(&irq.work);
	KUNIT_EXPECT_TRUE_MSG(test, irq.hard, "this was no hard interrupt");
	vb2_kunit_dqbuf(test, vb);
}

static void done_in_hard_interrupt_signals(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	struct dma_fence *fence = arm_write(test, vb);

	done_by_interrupt(test, vb);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

static void done_unarmed_in_hard_interrupt_frees(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);

	done_by_interrupt(test, vb);
	KUNIT_EXPECT_NULL(test, vb->release_fence);
}

static void streamoff_signals_error(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	struct dma_fence *fence = arm_write(test, vb);

	vb2_kunit_streamoff(test, container_of(vb->vb2_queue,
					       struct vb2_kunit_queue, q));
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);
}

static void sync_comes_before_signal(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb = vb2_kunit_active(test, vkq, 1);

	arm_write(test, vb);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_TRUE_MSG(test, vkq->pending_at_finish,
			      "signalled before the caches were in sync");
}

struct observer {
	struct dma_fence_cb cb;
	struct vb2_buffer *vb;
	enum vb2_buffer_state state;
	bool dequeueable;
	bool called;
};

static void observe(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct observer *obs = container_of(cb, struct observer, cb);

	obs->called = true;
	obs->state = obs->vb->state;
	obs->dequeueable = !list_empty(&obs->vb->vb2_queue->done_list);
}

static void signal_comes_before_dequeueable(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	struct dma_fence *fence = arm_write(test, vb);
	struct observer obs = { .vb = vb };

	KUNIT_ASSERT_EQ(test, dma_fence_add_callback(fence, &obs.cb, observe),
			0);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	dma_fence_remove_callback(fence, &obs.cb);
	KUNIT_ASSERT_TRUE(test, obs.called);
	KUNIT_EXPECT_EQ(test, obs.state, VB2_BUF_STATE_ACTIVE);
	KUNIT_EXPECT_FALSE(test, obs.dequeueable);
	vb2_kunit_dqbuf(test, vb);
}

/* Exports */

static void export_before_attach_sees_fence(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = allocator_queue(test);
	struct vb2_buffer *vb = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 1);
	struct dma_buf *dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);

	vb2_kunit_streamon(test, vkq);
	vb2_kunit_qbuf(test, vb);
	KUNIT_EXPECT_NULL(test, pending_any(test, dbuf->resv));
	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	KUNIT_EXPECT_NOT_NULL(test, pending_write(test, dbuf->resv));
}

static void export_before_arm_sees_fence(struct kunit *test)
{
	struct vb2_buffer *vb = vb2_kunit_active(test, allocator_queue(test),
						 1);
	struct dma_buf *dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);

	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	KUNIT_EXPECT_NOT_NULL(test, pending_write(test, dbuf->resv));
}

static void export_after_arm_sees_fence(struct kunit *test)
{
	struct vb2_buffer *vb = vb2_kunit_active(test, allocator_queue(test),
						 1);
	struct dma_buf *dbuf;

	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);
	KUNIT_EXPECT_NOT_NULL(test, pending_write(test, dbuf->resv));
}

static void two_exports_see_one_fence(struct kunit *test)
{
	struct vb2_buffer *vb = vb2_kunit_active(test, allocator_queue(test),
						 1);
	struct dma_buf *rd = vb2_kunit_export(test, vb, 0, O_RDONLY);
	struct dma_buf *rdwr = vb2_kunit_export(test, vb, 0, O_RDWR);
	struct dma_fence *fence;

	fence = arm_write(test, vb);
	KUNIT_EXPECT_PTR_EQ(test, pending_any(test, rd->resv), fence);
	KUNIT_EXPECT_PTR_EQ(test, pending_any(test, rdwr->resv), fence);
}

/* Planes */

static void planes_carry_one_fence(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = allocator_queue(test);
	struct vb2_buffer *vb = vb2_kunit_active(test, vkq, 3);
	struct dma_fence *fence = arm_write(test, vb);
	unsigned int i;

	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_PTR_EQ_MSG(test,
					pending_any(test, plane_resv(vb, i)),
					fence, "plane %u", i);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

static void planes_of_one_resv_carry_one_fence(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb;

	vkq->shared_resv = true;
	vb = vb2_kunit_active(test, vkq, 3);
	arm_write(test, vb);
}

static void planes_without_resv_are_skipped(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb;

	vkq->no_resv = BIT(1);
	vb = vb2_kunit_active(test, vkq, 3);
	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	KUNIT_EXPECT_NOT_NULL(test, pending_write(test, plane_resv(vb, 0)));
	KUNIT_EXPECT_NOT_NULL(test, pending_write(test, plane_resv(vb, 2)));
}

static void allocator_without_get_resv_is_unfenced(struct kunit *test)
{
	struct vb2_kunit_queue *vkq;
	struct vb2_mem_ops *mem_ops;
	struct vb2_buffer *vb;

	mem_ops = kunit_kzalloc(test, sizeof(*mem_ops), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mem_ops);
	*mem_ops = vb2_kunit_memops;
	mem_ops->get_resv = NULL;
	vkq = vb2_kunit_queue_create(test, DMA_FROM_DEVICE, mem_ops);
	vb = vb2_kunit_active(test, vkq, 1);
	KUNIT_EXPECT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	KUNIT_EXPECT_NULL(test, pending_any(test, plane_resv(vb, 0)));
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	vb2_kunit_dqbuf(test, vb);
}

static void userptr_is_unfenced(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb;

	vb = vb2_kunit_alloc(test, vkq, VB2_MEMORY_USERPTR, 1);
	vkq->userptr = PAGE_SIZE;
	vb2_kunit_streamon(test, vkq);
	vb2_kunit_qbuf(test, vb);
	KUNIT_ASSERT_EQ(test, vkq->attach_ret, 0);
	KUNIT_EXPECT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	KUNIT_EXPECT_NULL(test, pending_any(test, plane_resv(vb, 0)));
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_NULL(test, vb->release_fence);
	vb2_kunit_dqbuf(test, vb);
}

static void buffer_without_resv_is_unfenced(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb;

	vkq->no_resv = BIT(0) | BIT(1);
	vb = vb2_kunit_active(test, vkq, 2);
	KUNIT_EXPECT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_NULL(test, vb->release_fence);
	vb2_kunit_dqbuf(test, vb);
}

static struct vb2_buffer *import(struct kunit *test, struct dma_buf *plane0,
				 struct dma_buf *plane1)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb;

	vb = vb2_kunit_alloc(test, vkq, VB2_MEMORY_DMABUF, 2);
	vkq->import[0] = plane0;
	vkq->import[1] = plane1;
	vb2_kunit_streamon(test, vkq);
	vb2_kunit_qbuf(test, vb);

	return vb;
}

static void imported_planes_carry_one_fence(struct kunit *test)
{
	struct dma_buf *dbuf0 = vb2_kunit_dma_buf(test, NULL);
	struct dma_buf *dbuf1 = vb2_kunit_dma_buf(test, NULL);
	struct vb2_buffer *vb = import(test, dbuf0, dbuf1);
	struct dma_fence *fence;

	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	fence = pending_write(test, dbuf0->resv);
	KUNIT_ASSERT_NOT_NULL(test, fence);
	KUNIT_EXPECT_PTR_EQ(test, pending_write(test, dbuf1->resv), fence);
}

static void planes_of_one_dma_buf_carry_one_fence(struct kunit *test)
{
	struct dma_buf *dbuf = vb2_kunit_dma_buf(test, NULL);
	struct vb2_buffer *vb = import(test, dbuf, dbuf);

	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	KUNIT_EXPECT_NOT_NULL(test, pending_write(test, dbuf->resv));
}

static void dma_bufs_of_one_resv_carry_one_fence(struct kunit *test)
{
	struct dma_buf *dbuf0 = vb2_kunit_dma_buf(test, NULL);
	struct dma_buf *dbuf1 = vb2_kunit_dma_buf(test, dbuf0->resv);
	struct vb2_buffer *vb = import(test, dbuf0, dbuf1);

	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	KUNIT_EXPECT_NOT_NULL(test, pending_write(test, dbuf0->resv));
}

/* The one pending fence in @resv that is not @known. */
static struct dma_fence *pending_besides(struct kunit *test,
					 struct dma_resv *resv,
					 struct dma_fence *known)
{
	struct dma_fence **fences, *other = NULL;
	unsigned int num, i;

	KUNIT_ASSERT_EQ(test, dma_resv_get_fences(resv, DMA_RESV_USAGE_WRITE,
						  &num, &fences), 0);
	for (i = 0; i < num; i++) {
		if (num == 2 && fences[i] != known)
			other = dma_fence_get(fences[i]);
		dma_fence_put(fences[i]);
	}
	kfree(fences);
	KUNIT_EXPECT_EQ_MSG(test, num, 2,
			    "fences where two queues write, and one is known");
	KUNIT_ASSERT_NOT_NULL(test, other);
	vb2_kunit_put_fence_later(test, other);

	return other;
}

static void importing_queues_have_own_fences(struct kunit *test)
{
	struct dma_buf *dbuf = vb2_kunit_dma_buf(test, NULL);
	struct vb2_buffer *first = import(test, dbuf, dbuf);
	struct vb2_buffer *second = import(test, dbuf, dbuf);
	struct dma_fence *f1, *f2;

	/* One ahead: on a timeline of both, it would replace the other's. */
	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(second), 0);
	vb2_buffer_done(second, VB2_BUF_STATE_DONE);
	vb2_kunit_dqbuf(test, second);
	vb2_kunit_qbuf(test, second);

	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(first), 0);
	f1 = pending_write(test, dbuf->resv);
	KUNIT_ASSERT_NOT_NULL(test, f1);
	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(second), 0);
	f2 = pending_besides(test, dbuf->resv, f1);

	vb2_buffer_done(second, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(f2));
	KUNIT_EXPECT_FALSE_MSG(test, dma_fence_is_signaled(f1),
			       "one queue signalled the fence of the other");
	KUNIT_EXPECT_FALSE(test, vb2_kunit_poll(dbuf, EPOLLIN));
	vb2_buffer_done(first, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(f1));
	KUNIT_EXPECT_TRUE(test, vb2_kunit_poll(dbuf, EPOLLIN));
}

/* Locks */

struct rival {
	struct dma_resv *has, *wants;
	struct task_struct *arming;
	struct completion holding;
	bool got;
};

/*
 * Locks one dma_resv and wants the other, as a job of another driver may. With
 * an older ticket than the task that arms, it has the right to both.
 */
static int rival_thread(void *data)
{
	struct rival *rival = data;
	struct ww_acquire_ctx ctx;
	unsigned int ms;

	ww_acquire_init(&ctx, &reservation_ww_class);
	dma_resv_lock(rival->has, &ctx);
	complete(&rival->holding);

	/* Until the other one has come and waits. */
	for (ms = 0; ms < 5000; ms++) {
		if (READ_ONCE(rival->arming->__state) == TASK_UNINTERRUPTIBLE)
			break;
		usleep_range(1000, 2000);
	}

	/* By now it must have let go of what is wanted here. */
	rival->got = dma_resv_trylock(rival->wants);
	if (rival->got)
		dma_resv_unlock(rival->wants);
	dma_resv_unlock(rival->has);
	ww_acquire_fini(&ctx);

	return 0;
}

static void arm_backs_off(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb = vb2_kunit_active(test, vkq, 3);
	struct rival rival = {
		.has = plane_resv(vb, 2),
		.wants = plane_resv(vb, 0),
		.arming = current,
	};
	struct task_struct *thread;
	unsigned long holding;
	int ret;

	init_completion(&rival.holding);
	thread = kthread_create(rival_thread, &rival, "vb2-kunit-rival");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
	get_task_struct(thread);
	wake_up_process(thread);
	holding = wait_for_completion_timeout(&rival.holding, 5 * HZ);
	ret = vb2_buffer_arm_release_fence(vb);
	kthread_stop_put(thread);

	KUNIT_EXPECT_NE_MSG(test, holding, 0, "the rival did not come");
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_TRUE_MSG(test, rival.got,
			      "waited for one dma_resv with another held");
	KUNIT_EXPECT_NOT_NULL(test, pending_write(test, plane_resv(vb, 0)));
	KUNIT_EXPECT_NOT_NULL(test, pending_write(test, plane_resv(vb, 1)));
	KUNIT_EXPECT_NOT_NULL(test, pending_write(test, plane_resv(vb, 2)));
}

static void arm_leaves_nothing_locked(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb = vb2_kunit_active(test, vkq, 3);
	unsigned int i;

	arm_write(test, vb);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_FALSE_MSG(test,
				       dma_resv_is_locked(plane_resv(vb, i)),
				       "plane %u", i);
}

/*
 * CONFIG_DEBUG_WW_MUTEX_SLOWPATH makes locks back off at random, once two or
 * more are held; it takes some rounds until it does.
 */
static void arm_survives_injected_back_off(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb = vb2_kunit_active(test, vkq, 3);
	unsigned int round, i;

	for (round = 0; round < 32; round++) {
		struct dma_fence *fence = arm_write(test, vb);

		for (i = 0; i < 3; i++)
			KUNIT_ASSERT_PTR_EQ(test,
					    pending_any(test,
							plane_resv(vb, i)),
					    fence);
		vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
		vb2_kunit_dqbuf(test, vb);
		vb2_kunit_qbuf(test, vb);
	}
}

/* Lifetime */

/* What debugfs and sync_files print of a fence, names included. */
static const char *describe(struct kunit *test, struct dma_fence *fence)
{
	struct seq_file seq = { .size = 256 };

	seq.buf = kunit_kzalloc(test, seq.size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seq.buf);
	dma_fence_describe(fence, &seq);
	seq.buf[seq.size - 1] = 0;

	return seq.buf;
}

static void pending_fence_has_names(struct kunit *test)
{
	struct vb2_buffer *vb = active(test);
	const char *text = describe(test, arm_write(test, vb));

	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "videobuf2"),
				  "no driver name in '%s'", text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, vb->vb2_queue->name),
				  "no queue name in '%s'", text);
}

/*
 * Where spinlocks are empty, as without SMP and debugging, taking one in freed
 * memory does no harm that a test could see. Where it is tells all the same.
 */
static void fence_brings_its_lock(struct kunit *test)
{
	struct dma_fence *fence = arm_write(test, active(test));
	void *lock;

	/* Trees that have this macro let a fence bring its lock by itself. */
#ifdef dma_fence_lock_irqsave
	lock = dma_fence_spinlock(fence);
#else
	lock = fence->lock;
#endif
	KUNIT_EXPECT_TRUE_MSG(test,
			      lock >= (void *)fence &&
			      lock < (void *)fence + ksize(fence),
			      "the lock may be gone before the fence");
}

static void fence_outlives_buffer(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct dma_fence *fence;

	fence = arm_write(test, vb2_kunit_active(test, vkq, 1));
	vb2_kunit_streamoff(test, vkq);
	vb2_kunit_free_buffers(test, vkq);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);
	/* Nothing but this test can know of the fence now. */
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 1);
}

static void fence_outlives_queue(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct dma_fence *fence;
	const char *text;

	fence = arm_write(test, vb2_kunit_active(test, vkq, 1));
	/* Overwrites what it frees. */
	vb2_kunit_queue_free(test, vkq);

	/* Trees that detach a signalled fence from its ops print no names. */
	text = describe(test, fence);
	KUNIT_EXPECT_NULL_MSG(test, strstr(text, "kkkk"),
			      "names from freed memory: '%s'", text);
	/* Takes the lock of the fence. */
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);
}

static void fence_outlives_dma_buf(struct kunit *test)
{
	int before = vb2_kunit_live_mem();
	struct dma_buf *dbuf0 = vb2_kunit_dma_buf(test, NULL);
	struct dma_buf *dbuf1 = vb2_kunit_dma_buf(test, NULL);
	struct vb2_buffer *vb = import(test, dbuf0, dbuf1);
	struct dma_fence *fence;

	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	fence = pending_write(test, dbuf0->resv);
	KUNIT_ASSERT_NOT_NULL(test, fence);

	vb2_kunit_queue_free(test, container_of(vb->vb2_queue,
						struct vb2_kunit_queue, q));
	vb2_kunit_put_dma_buf(test, dbuf1);
	vb2_kunit_put_dma_buf(test, dbuf0);
	KUNIT_EXPECT_EQ_MSG(test, vb2_kunit_live_mem(), before,
			    "something keeps the dma-bufs");
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);
}

static void dma_buf_outlives_fenced_queue(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb = vb2_kunit_active(test, vkq, 1);
	struct dma_buf *dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);

	arm_write(test, vb);
	vb2_kunit_queue_free(test, vkq);
	KUNIT_EXPECT_NULL(test, pending_any(test, dbuf->resv));
	KUNIT_EXPECT_TRUE(test, vb2_kunit_poll(dbuf, EPOLLOUT));
}

/* Opting in */

static void queue_without_opt_in_has_no_fence(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = capture_queue(test);
	struct vb2_buffer *vb;
	struct dma_buf *dbuf;

	vkq->opt_in = false;
	vb = vb2_kunit_active(test, vkq, 1);
	dbuf = vb2_kunit_export(test, vb, 0, O_RDWR);
	KUNIT_EXPECT_NULL(test, vb->release_fence);
	KUNIT_EXPECT_NULL(test, pending_any(test, dbuf->resv));
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_NULL(test, pending_any(test, dbuf->resv));
	vb2_kunit_dqbuf(test, vb);
}

static struct kunit_case videobuf2_release_fence_cases[] = {
	KUNIT_CASE(attach_is_not_seen),
	KUNIT_CASE(attach_before_streaming_comes_with_streamon),
	KUNIT_CASE(attach_twice_is_busy),
	KUNIT_CASE(attach_to_armed_is_busy),
	KUNIT_CASE(attach_to_dequeued_is_invalid),
	KUNIT_CASE(attach_to_done_is_invalid),
	KUNIT_CASE(arm_capture_publishes_write),
	KUNIT_CASE(arm_output_publishes_read),
	KUNIT_CASE(arm_bidirectional_publishes_write),
	KUNIT_CASE(arm_unattached_does_nothing),
	KUNIT_CASE(arm_twice_publishes_once),
	KUNIT_CASE(arm_after_done_does_nothing),
	KUNIT_CASE(arm_keeps_fences_of_others),
	KUNIT_CASE(indices_are_timelines),
	KUNIT_CASE(merged_sync_file_signals_with_last),
	KUNIT_CASE(queues_have_own_timelines),
	KUNIT_CASE(numbers_rise_across_cycles),
	KUNIT_CASE(numbers_rise_across_reqbufs),
	KUNIT_CASE(numbers_rise_across_remove_bufs),
	KUNIT_CASE(numbers_rise_over_a_leap),
	KUNIT_CASE_PARAM(done_signals, done_gen_params),
	KUNIT_CASE_PARAM(done_unarmed_is_not_seen, done_gen_params),
	KUNIT_CASE(done_drops_its_reference),
	KUNIT_CASE_PARAM(done_makes_dma_buf_ready, allocator_gen_params),
	KUNIT_CASE(done_queued_gets_fresh_fence),
	KUNIT_CASE(failed_start_cancels_armed_fence),
	KUNIT_CASE(done_in_hard_interrupt_signals),
	KUNIT_CASE(done_unarmed_in_hard_interrupt_frees),
	KUNIT_CASE(streamoff_signals_error),
	KUNIT_CASE(sync_comes_before_signal),
	KUNIT_CASE(signal_comes_before_dequeueable),
	KUNIT_CASE_PARAM(export_before_attach_sees_fence, allocator_gen_params),
	KUNIT_CASE_PARAM(export_before_arm_sees_fence, allocator_gen_params),
	KUNIT_CASE_PARAM(export_after_arm_sees_fence, allocator_gen_params),
	KUNIT_CASE_PARAM(two_exports_see_one_fence, allocator_gen_params),
	KUNIT_CASE_PARAM(planes_carry_one_fence, allocator_gen_params),
	KUNIT_CASE(planes_of_one_resv_carry_one_fence),
	KUNIT_CASE(planes_without_resv_are_skipped),
	KUNIT_CASE(allocator_without_get_resv_is_unfenced),
	KUNIT_CASE(userptr_is_unfenced),
	KUNIT_CASE(buffer_without_resv_is_unfenced),
	KUNIT_CASE(imported_planes_carry_one_fence),
	KUNIT_CASE(planes_of_one_dma_buf_carry_one_fence),
	KUNIT_CASE(dma_bufs_of_one_resv_carry_one_fence),
	KUNIT_CASE(importing_queues_have_own_fences),
	KUNIT_CASE(arm_backs_off),
	KUNIT_CASE(arm_leaves_nothing_locked),
	KUNIT_CASE(arm_survives_injected_back_off),
	KUNIT_CASE(pending_fence_has_names),
	KUNIT_CASE(fence_brings_its_lock),
	KUNIT_CASE(fence_outlives_buffer),
	KUNIT_CASE(fence_outlives_queue),
	KUNIT_CASE(fence_outlives_dma_buf),
	KUNIT_CASE(dma_buf_outlives_fenced_queue),
	KUNIT_CASE(queue_without_opt_in_has_no_fence),
	{}
};

static struct kunit_suite videobuf2_release_fence_suite = {
	.name = "videobuf2_release_fence",
	.test_cases = videobuf2_release_fence_cases,
};

kunit_test_suite(videobuf2_release_fence_suite);

MODULE_DESCRIPTION("KUnit tests for the release fences of videobuf2");
MODULE_LICENSE("GPL");
