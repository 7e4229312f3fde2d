// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for the release fences of buffers that requests hold
 *
 * Real requests of a media device, which they are validated and queued by with
 * what most drivers use. A buffer that is bound to a request is not with the
 * driver: whether it ever will be is up to user space.
 */

#include <kunit/test.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/media.h>
#include <linux/mutex.h>
#include <media/media-device.h>
#include <media/media-request.h>
#include <media/videobuf2-v4l2.h>

#include "videobuf2_kunit_helpers.h"

static const struct media_device_ops media_ops = {
	.req_validate = vb2_request_validate,
	.req_queue = vb2_request_queue,
};

static void media_cleanup(void *data)
{
	media_device_cleanup(data);
}

static struct media_device *media_device(struct kunit *test)
{
	struct media_device *mdev = kunit_kzalloc(test, sizeof(*mdev),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mdev);
	mdev->dev = vb2_kunit_device(test);
	mdev->ops = &media_ops;
	media_device_init(mdev);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, media_cleanup,
							mdev), 0);

	return mdev;
}

/* A request as user space has it: an open file. */
struct request {
	struct file *file;
	struct media_request *req;
};

static void request_close(void *data)
{
	struct request *request = data;

	media_request_put(request->req);
	fput(request->file);
	flush_delayed_fput();
}

static struct request *request_alloc(struct kunit *test)
{
	struct media_device *mdev = media_device(test);
	struct request *request;
	int fd;

	request = kunit_kzalloc(test, sizeof(*request), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, request);
	KUNIT_ASSERT_EQ(test, media_request_alloc(mdev, &fd), 0);
	request->req = media_request_get_by_fd(mdev, fd);
	request->file = fget(fd);
	close_fd(fd);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, request->req);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, request_close,
							request), 0);

	return request;
}

static long request_ioctl(struct request *request, unsigned int cmd)
{
	return request->file->f_op->unlocked_ioctl(request->file, cmd, 0);
}

static void request_queue(struct kunit *test, struct request *request)
{
	KUNIT_ASSERT_EQ_MSG(test,
			    request_ioctl(request, MEDIA_REQUEST_IOC_QUEUE), 0,
			    "MEDIA_REQUEST_IOC_QUEUE failed");
}

static void request_reinit(struct kunit *test, struct request *request)
{
	KUNIT_ASSERT_EQ_MSG(test,
			    request_ioctl(request, MEDIA_REQUEST_IOC_REINIT),
			    0, "MEDIA_REQUEST_IOC_REINIT failed");
}

/*
 * A buffer of a queue that streams, and only takes requests. Made after the
 * request, it is gone before the media device is, which the request needs.
 */
static struct vb2_buffer *buffer(struct kunit *test)
{
	struct vb2_kunit_queue *vkq;
	struct vb2_buffer *vb;

	vkq = vb2_kunit_queue_create(test, DMA_FROM_DEVICE, &vb2_kunit_memops);
	vkq->q.supports_requests = 1;
	vkq->q.requires_requests = 1;
	vb = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 1);
	vb2_kunit_streamon(test, vkq);

	return vb;
}

static struct vb2_kunit_queue *to_vkq(struct vb2_buffer *vb)
{
	return container_of(vb->vb2_queue, struct vb2_kunit_queue, q);
}

/* QBUF with a request. */
static void bind(struct kunit *test, struct vb2_buffer *vb,
		 struct request *request)
{
	struct vb2_queue *q = vb->vb2_queue;
	int ret;

	mutex_lock(q->lock);
	ret = vb2_core_qbuf(q, vb, NULL, request->req);
	mutex_unlock(q->lock);
	KUNIT_ASSERT_EQ_MSG(test, ret, 0, "QBUF with a request failed");
	KUNIT_ASSERT_EQ(test, vb->state, VB2_BUF_STATE_IN_REQUEST);
}

static struct dma_fence *pending(struct kunit *test, struct vb2_buffer *vb)
{
	struct dma_resv *resv;

	resv = vb2_kunit_memops.get_resv(vb, vb->planes[0].mem_priv);

	return vb2_kunit_pending(test, resv, DMA_RESV_USAGE_READ);
}

/* Arm the fence that the buffer must have, now that the driver has it. */
static struct dma_fence *arm(struct kunit *test, struct vb2_buffer *vb)
{
	struct dma_fence *fence;

	KUNIT_ASSERT_EQ(test, vb->state, VB2_BUF_STATE_ACTIVE);
	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(vb), 0);
	fence = pending(test, vb);
	KUNIT_ASSERT_NOT_NULL_MSG(test, fence, "no fence after arming");

	return fence;
}

static void bound_buffer_has_no_fence(struct kunit *test)
{
	struct request *request = request_alloc(test);
	struct vb2_buffer *vb = buffer(test);

	bind(test, vb, request);
	KUNIT_EXPECT_NULL_MSG(test, vb->release_fence,
			      "attached before the driver has the buffer");
	KUNIT_EXPECT_NULL(test, pending(test, vb));
}

static void queued_request_attaches(struct kunit *test)
{
	struct request *request = request_alloc(test);
	struct vb2_buffer *vb = buffer(test);

	bind(test, vb, request);
	request_queue(test, request);
	KUNIT_EXPECT_EQ(test, to_vkq(vb)->attach_ret, 0);
	KUNIT_EXPECT_NOT_NULL(test, vb->release_fence);
	KUNIT_EXPECT_NULL_MSG(test, pending(test, vb),
			      "published, and nothing has armed it");
}

static void released_request_leaves_no_fence(struct kunit *test)
{
	struct request *request = request_alloc(test);
	struct vb2_buffer *vb = buffer(test);

	bind(test, vb, request);
	kunit_release_action(test, request_close, request);
	/* The buffer keeps the request, until it is taken from the queue. */
	vb2_kunit_streamoff(test, to_vkq(vb));
	KUNIT_EXPECT_EQ(test, vb->state, VB2_BUF_STATE_DEQUEUED);
	KUNIT_EXPECT_NULL(test, vb->release_fence);
	KUNIT_EXPECT_NULL(test, pending(test, vb));
}

static void reinited_request_leaves_no_fence(struct kunit *test)
{
	struct request *request = request_alloc(test);
	struct vb2_buffer *vb = buffer(test);
	struct dma_fence *fence;

	bind(test, vb, request);
	request_reinit(test, request);
	KUNIT_EXPECT_EQ(test, vb->state, VB2_BUF_STATE_DEQUEUED);
	KUNIT_EXPECT_NULL(test, vb->release_fence);

	bind(test, vb, request);
	request_queue(test, request);
	KUNIT_EXPECT_EQ_MSG(test, to_vkq(vb)->attach_ret, 0,
			    "the fence of the first time is still there");
	fence = arm(test, vb);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

static void completed_request_leaves_no_fence(struct kunit *test)
{
	struct request *request = request_alloc(test);
	struct vb2_buffer *vb = buffer(test);
	struct dma_fence *fence, *next;

	bind(test, vb, request);
	request_queue(test, request);
	fence = arm(test, vb);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, request->req->state,
			MEDIA_REQUEST_STATE_COMPLETE);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	KUNIT_EXPECT_NULL(test, vb->release_fence);
	KUNIT_EXPECT_NULL(test, pending(test, vb));

	vb2_kunit_dqbuf(test, vb);
	request_reinit(test, request);
	bind(test, vb, request);
	request_queue(test, request);
	next = arm(test, vb);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_later(next, fence));
}

/* Who waits for the request may take its fences for signalled. */
struct observer {
	struct dma_fence_cb cb;
	struct media_request *req;
	enum media_request_state state;
};

static void observe(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct observer *obs = container_of(cb, struct observer, cb);

	obs->state = obs->req->state;
}

static void signal_comes_before_completion_of_request(struct kunit *test)
{
	struct request *request = request_alloc(test);
	struct observer obs = { .req = request->req };
	struct vb2_buffer *vb = buffer(test);
	struct dma_fence *fence;

	bind(test, vb, request);
	request_queue(test, request);
	fence = arm(test, vb);
	KUNIT_ASSERT_EQ(test, dma_fence_add_callback(fence, &obs.cb, observe),
			0);
	vb2_buffer_done(vb, VB2_BUF_STATE_DONE);
	dma_fence_remove_callback(fence, &obs.cb);
	KUNIT_EXPECT_EQ_MSG(test, obs.state, MEDIA_REQUEST_STATE_QUEUED,
			    "the request was complete, and its fence pending");
}

static void streamoff_of_queued_request_signals_error(struct kunit *test)
{
	struct request *request = request_alloc(test);
	struct vb2_buffer *vb = buffer(test);
	struct dma_fence *fence;

	bind(test, vb, request);
	request_queue(test, request);
	fence = arm(test, vb);
	vb2_kunit_streamoff(test, to_vkq(vb));
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);
	KUNIT_EXPECT_NULL(test, vb->release_fence);
}

static struct kunit_case videobuf2_request_fence_cases[] = {
	KUNIT_CASE(bound_buffer_has_no_fence),
	KUNIT_CASE(queued_request_attaches),
	KUNIT_CASE(released_request_leaves_no_fence),
	KUNIT_CASE(reinited_request_leaves_no_fence),
	KUNIT_CASE(completed_request_leaves_no_fence),
	KUNIT_CASE(signal_comes_before_completion_of_request),
	KUNIT_CASE(streamoff_of_queued_request_signals_error),
	{}
};

static struct kunit_suite videobuf2_request_fence_suite = {
	.name = "videobuf2_request_fence",
	.test_cases = videobuf2_request_fence_cases,
};

kunit_test_suite(videobuf2_request_fence_suite);
