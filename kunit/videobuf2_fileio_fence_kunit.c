// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for release fences where videobuf2 itself queues the buffers
 *
 * read(), write() and the thread of videobuf2-dvb go through the file I/O
 * emulator, which queues a buffer again as soon as it has dequeued it. The
 * driver below does not know, and attaches a fence each time.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <media/videobuf2-vmalloc.h>

#include "videobuf2_kunit_helpers.h"

#define NUM_BUFFERS	3

static struct vb2_kunit_queue *queue(struct kunit *test,
				     enum dma_data_direction dir)
{
	struct vb2_kunit_queue *vkq;

	vkq = vb2_kunit_queue_create(test, dir, &vb2_vmalloc_memops);
	vkq->num_planes = 1;
	vkq->q.min_reqbufs_allocation = NUM_BUFFERS;

	return vkq;
}

static struct dma_fence *pending(struct kunit *test, struct vb2_buffer *vb,
				 enum dma_resv_usage usage)
{
	struct dma_resv *resv;

	resv = vb2_vmalloc_memops.get_resv(vb, vb->planes[0].mem_priv);

	return vb2_kunit_pending(test, resv, usage);
}

/* As the driver does: arm, let the hardware work, give the buffer back. */
static struct dma_fence *arm(struct kunit *test, struct vb2_buffer *vb)
{
	struct dma_fence *fence;

	KUNIT_ASSERT_EQ_MSG(test, vb->state, VB2_BUF_STATE_ACTIVE,
			    "buffer %u is not with the driver", vb->index);
	KUNIT_ASSERT_NOT_NULL_MSG(test, vb->release_fence,
				  "buffer %u came without a fence", vb->index);
	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	fence = pending(test, vb, DMA_RESV_USAGE_READ);
	KUNIT_ASSERT_NOT_NULL(test, fence);

	return fence;
}

static void done(struct vb2_buffer *vb)
{
	vb2_set_plane_payload(vb, 0, VB2_KUNIT_PLANE_SIZE);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
}

static ssize_t read_frame(struct vb2_kunit_queue *vkq, char __user *user)
{
	loff_t pos = 0;
	ssize_t ret;

	mutex_lock(&vkq->lock);
	ret = vb2_read(&vkq->q, user, VB2_KUNIT_PLANE_SIZE, &pos, 1);
	mutex_unlock(&vkq->lock);

	return ret;
}

static ssize_t write_frame(struct vb2_kunit_queue *vkq, char __user *user)
{
	loff_t pos = 0;
	ssize_t ret;

	mutex_lock(&vkq->lock);
	ret = vb2_write(&vkq->q, user, VB2_KUNIT_PLANE_SIZE, &pos, 1);
	mutex_unlock(&vkq->lock);

	return ret;
}

static void read_gets_frames_of_fenced_buffers(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = queue(test, DMA_FROM_DEVICE);
	struct dma_fence *before[NUM_BUFFERS] = { };
	char __user *user = vb2_kunit_user_memory(test, PAGE_SIZE);
	unsigned int frame;

	/* Starts to stream; there is no frame yet. */
	KUNIT_ASSERT_EQ(test, read_frame(vkq, user), -EAGAIN);
	for (frame = 0; frame < 2 * NUM_BUFFERS; frame++) {
		unsigned int index = frame % NUM_BUFFERS;
		struct vb2_buffer *vb = vb2_get_buffer(&vkq->q, index);
		struct dma_fence *fence = arm(test, vb);

		done(vb);
		KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
		KUNIT_ASSERT_EQ(test, read_frame(vkq, user),
				VB2_KUNIT_PLANE_SIZE);
		KUNIT_EXPECT_NULL(test,
				  pending(test, vb, DMA_RESV_USAGE_READ));
		if (before[index])
			KUNIT_EXPECT_TRUE(test,
					  dma_fence_is_later(fence,
							     before[index]));
		before[index] = fence;
	}
}

static void read_closed_in_flight_signals_error(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = queue(test, DMA_FROM_DEVICE);
	char __user *user = vb2_kunit_user_memory(test, PAGE_SIZE);
	struct dma_fence *fence;

	KUNIT_ASSERT_EQ(test, read_frame(vkq, user), -EAGAIN);
	fence = arm(test, vb2_get_buffer(&vkq->q, 0));
	vb2_kunit_queue_free(test, vkq);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);
	KUNIT_EXPECT_EQ_MSG(test, kref_read(&fence->refcount), 1,
			    "somebody else keeps the fence");
}

static void written_buffer_publishes_read(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = queue(test, DMA_TO_DEVICE);
	char __user *user = vb2_kunit_user_memory(test, PAGE_SIZE);
	struct dma_fence *fence;
	struct vb2_buffer *vb;

	KUNIT_ASSERT_EQ(test, write_frame(vkq, user), VB2_KUNIT_PLANE_SIZE);
	vb = vb2_get_buffer(&vkq->q, 0);
	fence = arm(test, vb);
	KUNIT_EXPECT_NULL(test, pending(test, vb, DMA_RESV_USAGE_WRITE));
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

/* What the thread of videobuf2 calls for each buffer, before it queues it. */
struct consumer {
	struct completion got;
	struct vb2_buffer *vb;
};

static int consume(struct vb2_buffer *vb, void *priv)
{
	struct consumer *consumer = priv;

	consumer->vb = vb;
	complete(&consumer->got);

	return 0;
}

static void thread_stop(void *q)
{
	vb2_thread_stop(q);
}

static struct consumer *thread_start(struct kunit *test,
				     struct vb2_kunit_queue *vkq)
{
	struct consumer *consumer = kunit_kzalloc(test, sizeof(*consumer),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, consumer);
	init_completion(&consumer->got);
	KUNIT_ASSERT_EQ(test, vb2_thread_start(&vkq->q, consume, consumer,
					       "kunit"), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, thread_stop,
							&vkq->q), 0);

	return consumer;
}

/*
 * The thread queues a buffer before it waits for the next, so the next one
 * tells that the one before is with the driver again.
 */
static void thread_gets_fenced_buffers(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = queue(test, DMA_FROM_DEVICE);
	struct consumer *consumer = thread_start(test, vkq);
	struct dma_fence *before[NUM_BUFFERS] = { };
	unsigned int frame;

	for (frame = 0; frame < 2 * NUM_BUFFERS; frame++) {
		unsigned int index = frame % NUM_BUFFERS;
		struct vb2_buffer *vb = vb2_get_buffer(&vkq->q, index);
		struct dma_fence *fence = arm(test, vb);
		unsigned long left;

		done(vb);
		left = wait_for_completion_timeout(&consumer->got, 5 * HZ);
		KUNIT_ASSERT_NE_MSG(test, left, 0, "the thread never called");
		KUNIT_EXPECT_PTR_EQ(test, consumer->vb, vb);
		KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
		if (before[index])
			KUNIT_EXPECT_TRUE(test,
					  dma_fence_is_later(fence,
							     before[index]));
		before[index] = fence;
	}
}

static void thread_stopped_in_flight_signals_error(struct kunit *test)
{
	struct vb2_kunit_queue *vkq = queue(test, DMA_FROM_DEVICE);
	struct dma_fence *fence;

	thread_start(test, vkq);
	fence = arm(test, vb2_get_buffer(&vkq->q, 0));
	kunit_release_action(test, thread_stop, &vkq->q);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);
}

static struct kunit_case videobuf2_fileio_fence_cases[] = {
	KUNIT_CASE(read_gets_frames_of_fenced_buffers),
	KUNIT_CASE(read_closed_in_flight_signals_error),
	KUNIT_CASE(written_buffer_publishes_read),
	KUNIT_CASE(thread_gets_fenced_buffers),
	KUNIT_CASE(thread_stopped_in_flight_signals_error),
	{}
};

static struct kunit_suite videobuf2_fileio_fence_suite = {
	.name = "videobuf2_fileio_fence",
	.test_cases = videobuf2_fileio_fence_cases,
};

kunit_test_suite(videobuf2_fileio_fence_suite);

MODULE_DESCRIPTION("KUnit tests for release fences under file I/O");
MODULE_LICENSE("GPL");
