// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for the release fences of mem2mem jobs
 *
 * The real mem2mem core schedules jobs whose driver does nothing until the test
 * says that the hardware is done.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sync_file.h>
#include <linux/videodev2.h>
#include <media/v4l2-mem2mem.h>
#include <media/videobuf2-v4l2.h>
#include <media/videobuf2-vmalloc.h>

#include "videobuf2_kunit_helpers.h"

/* A device with one open file, so to say. */
struct m2m {
	struct v4l2_m2m_dev *dev;
	struct v4l2_m2m_ctx *ctx;
	struct mutex lock;		/* the lock of both queues */
	struct completion started;	/* for each job */
	unsigned int jobs;
	int arm_ret;
};

static void finish(struct m2m *m2m, enum vb2_buffer_state state)
{
	v4l2_m2m_buf_done_and_job_finish(m2m->dev, m2m->ctx, state);
}

static void device_run(void *priv)
{
	struct m2m *m2m = priv;

	m2m->arm_ret = v4l2_m2m_arm_release_fence(m2m->ctx);
	m2m->jobs++;
	complete(&m2m->started);
}

/* The hardware can be stopped. */
static void job_abort(void *priv)
{
	finish(priv, VB2_BUF_STATE_ERROR);
}

static const struct v4l2_m2m_ops m2m_ops = {
	.device_run = device_run,
	.job_abort = job_abort,
};

static int queue_setup(struct vb2_queue *q, unsigned int *num_buffers,
		       unsigned int *num_planes, unsigned int sizes[],
		       struct device *alloc_devs[])
{
	*num_planes = 1;
	sizes[0] = VB2_KUNIT_PLANE_SIZE;

	return 0;
}

static int buf_out_validate(struct vb2_buffer *vb)
{
	to_vb2_v4l2_buffer(vb)->field = V4L2_FIELD_NONE;

	return 0;
}

static void buf_queue(struct vb2_buffer *vb)
{
	struct m2m *m2m = vb2_get_drv_priv(vb->vb2_queue);

	vb2_buffer_attach_release_fence(vb);
	v4l2_m2m_buf_queue(m2m->ctx, to_vb2_v4l2_buffer(vb));
}

static void stop_streaming(struct vb2_queue *q)
{
	struct m2m *m2m = vb2_get_drv_priv(q);
	struct vb2_v4l2_buffer *vbuf;

	while ((vbuf = V4L2_TYPE_IS_OUTPUT(q->type) ?
		       v4l2_m2m_src_buf_remove(m2m->ctx) :
		       v4l2_m2m_dst_buf_remove(m2m->ctx)))
		v4l2_m2m_buf_done(vbuf, VB2_BUF_STATE_ERROR);
}

static const struct vb2_ops queue_ops = {
	.queue_setup = queue_setup,
	.buf_out_validate = buf_out_validate,
	.buf_queue = buf_queue,
	.stop_streaming = stop_streaming,
};

static int queue_init(void *priv, struct vb2_queue *src, struct vb2_queue *dst)
{
	struct vb2_queue *queues[] = { src, dst };
	struct m2m *m2m = priv;
	unsigned int i;
	int ret = 0;

	src->type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
	src->subsystem_flags = VB2_V4L2_FL_SUPPORTS_M2M_HOLD_CAPTURE_BUF;
	dst->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	for (i = 0; i < ARRAY_SIZE(queues) && !ret; i++) {
		queues[i]->io_modes = VB2_MMAP;
		queues[i]->drv_priv = m2m;
		queues[i]->ops = &queue_ops;
		queues[i]->mem_ops = &vb2_vmalloc_memops;
		queues[i]->buf_struct_size = sizeof(struct v4l2_m2m_buffer);
		queues[i]->timestamp_flags = V4L2_BUF_FLAG_TIMESTAMP_COPY;
		queues[i]->lock = &m2m->lock;
		ret = vb2_queue_init(queues[i]);
	}

	return ret;
}

static struct vb2_queue *output(struct m2m *m2m)
{
	return v4l2_m2m_get_src_vq(m2m->ctx);
}

static struct vb2_queue *capture(struct m2m *m2m)
{
	return v4l2_m2m_get_dst_vq(m2m->ctx);
}

static struct dma_resv *resv_of(struct m2m *m2m, struct vb2_queue *q,
				unsigned int index)
{
	struct vb2_buffer *vb = vb2_get_buffer(q, index);

	return vb2_vmalloc_memops.get_resv(vb, vb->planes[0].mem_priv);
}

static struct dma_fence *pending_on_capture(struct kunit *test,
					    struct m2m *m2m, unsigned int index)
{
	return vb2_kunit_pending(test, resv_of(m2m, capture(m2m), index),
				 DMA_RESV_USAGE_READ);
}

static struct dma_fence *armed_on_capture(struct kunit *test, struct m2m *m2m,
					  unsigned int index)
{
	struct dma_fence *fence;

	fence = vb2_kunit_pending(test, resv_of(m2m, capture(m2m), index),
				  DMA_RESV_USAGE_WRITE);
	KUNIT_ASSERT_NOT_NULL_MSG(test, fence,
				  "the job runs, and capture buffer %u has no fence",
				  index);

	return fence;
}

static void qbuf(struct kunit *test, struct vb2_queue *q, unsigned int index,
		 u32 flags)
{
	struct m2m *m2m = vb2_get_drv_priv(q);
	struct v4l2_buffer b = {
		.index = index,
		.type = q->type,
		.memory = V4L2_MEMORY_MMAP,
		.field = V4L2_FIELD_NONE,
		.bytesused = VB2_KUNIT_PLANE_SIZE,
		.flags = flags,
	};
	int ret;

	mutex_lock(&m2m->lock);
	ret = vb2_qbuf(q, NULL, &b);
	if (!ret)
		v4l2_m2m_try_schedule(m2m->ctx);
	mutex_unlock(&m2m->lock);
	KUNIT_ASSERT_EQ_MSG(test, ret, 0, "QBUF of buffer %u failed", index);
}

static void streamoff(struct m2m *m2m, struct vb2_queue *q)
{
	mutex_lock(&m2m->lock);
	v4l2_m2m_streamoff(NULL, m2m->ctx, q->type);
	mutex_unlock(&m2m->lock);
}

static void m2m_release(void *data)
{
	struct m2m *m2m = data;

	mutex_lock(&m2m->lock);
	v4l2_m2m_ctx_release(m2m->ctx);
	mutex_unlock(&m2m->lock);
	v4l2_m2m_release(m2m->dev);
}

static void m2m_exit(struct kunit *test)
{
	if (test->priv)
		m2m_release(test->priv);
}

static int m2m_init(struct kunit *test)
{
	struct m2m *m2m = kunit_kzalloc(test, sizeof(*m2m), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, m2m);
	mutex_init(&m2m->lock);
	init_completion(&m2m->started);
	m2m->dev = v4l2_m2m_init(&m2m_ops);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, m2m->dev);
	m2m->ctx = v4l2_m2m_ctx_init(m2m->dev, m2m, queue_init);
	if (IS_ERR(m2m->ctx))
		v4l2_m2m_release(m2m->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, m2m->ctx);
	test->priv = m2m;

	for (i = 0; i < 2; i++) {
		struct vb2_queue *q = i ? output(m2m) : capture(m2m);
		unsigned int count = 3;
		int ret;

		mutex_lock(&m2m->lock);
		ret = vb2_core_reqbufs(q, VB2_MEMORY_MMAP, 0, &count);
		if (!ret)
			ret = vb2_core_streamon(q, q->type);
		mutex_unlock(&m2m->lock);
		KUNIT_ASSERT_EQ(test, ret, 0);
	}

	return 0;
}

static void running_job_is_fenced(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	struct dma_fence *fence;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	KUNIT_ASSERT_EQ(test, m2m->jobs, 1);
	fence = armed_on_capture(test, m2m, 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 0);
	finish(m2m, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

static void failed_job_is_an_error(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	struct dma_fence *fence;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	fence = armed_on_capture(test, m2m, 0);
	finish(m2m, VB2_BUF_STATE_ERROR);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);
}

static void output_is_left_alone(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	KUNIT_ASSERT_EQ(test, m2m->jobs, 1);
	KUNIT_EXPECT_NULL(test,
			  vb2_kunit_pending(test,
					    resv_of(m2m, output(m2m), 0),
					    DMA_RESV_USAGE_READ));
}

static void starved_output_publishes_nothing(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	qbuf(test, capture(m2m), 0, 0);
	KUNIT_EXPECT_EQ(test, m2m->jobs, 0);
	KUNIT_EXPECT_NULL_MSG(test, pending_on_capture(test, m2m, 0),
			      "the fence waits for user space");
}

static void only_the_running_job_is_fenced(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, capture(m2m), 1, 0);
	qbuf(test, output(m2m), 0, 0);
	armed_on_capture(test, m2m, 0);
	KUNIT_EXPECT_NULL(test, pending_on_capture(test, m2m, 1));
}

static void next_job_is_fenced(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	struct dma_fence *first, *second;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, capture(m2m), 1, 0);
	qbuf(test, output(m2m), 0, 0);
	qbuf(test, output(m2m), 1, 0);
	first = armed_on_capture(test, m2m, 0);
	wait_for_completion(&m2m->started);
	finish(m2m, VB2_BUF_STATE_DONE);
	/* The core starts it from a worker. */
	wait_for_completion(&m2m->started);
	second = armed_on_capture(test, m2m, 1);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(first));
	KUNIT_EXPECT_NE(test, first->context, second->context);
}

static void held_capture_is_not_fenced(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, V4L2_BUF_FLAG_M2M_HOLD_CAPTURE_BUF);
	KUNIT_ASSERT_EQ(test, m2m->jobs, 1);
	KUNIT_EXPECT_EQ(test, m2m->arm_ret, 0);
	KUNIT_EXPECT_NULL_MSG(test, pending_on_capture(test, m2m, 0),
			      "the fence waits for the next slice");
}

static void last_slice_of_held_capture_is_fenced(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	struct dma_fence *fence;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, V4L2_BUF_FLAG_M2M_HOLD_CAPTURE_BUF);
	wait_for_completion(&m2m->started);
	finish(m2m, VB2_BUF_STATE_DONE);
	KUNIT_ASSERT_EQ(test, vb2_get_buffer(capture(m2m), 0)->state,
			VB2_BUF_STATE_ACTIVE);

	qbuf(test, output(m2m), 1, 0);
	wait_for_completion(&m2m->started);
	fence = armed_on_capture(test, m2m, 0);
	finish(m2m, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

/* As V4L2_DEC_CMD_FLUSH does. */
static void hold_dropped_in_flight_completes_unfenced(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, V4L2_BUF_FLAG_M2M_HOLD_CAPTURE_BUF);
	v4l2_m2m_last_src_buf(m2m->ctx)->flags &=
		~V4L2_BUF_FLAG_M2M_HOLD_CAPTURE_BUF;
	finish(m2m, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, vb2_get_buffer(capture(m2m), 0)->state,
			VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_NULL(test, vb2_get_buffer(capture(m2m), 0)->release_fence);
	KUNIT_EXPECT_NULL(test, pending_on_capture(test, m2m, 0));
}

static void no_capture_buffer_is_no_error(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	KUNIT_EXPECT_EQ(test, v4l2_m2m_arm_release_fence(m2m->ctx), 0);
}

static void streamoff_aborts_the_job(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	struct dma_fence *fence;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	fence = armed_on_capture(test, m2m, 0);
	streamoff(m2m, capture(m2m));
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);
}

static void close_aborts_the_job(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	struct dma_fence *fence;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	fence = armed_on_capture(test, m2m, 0);
	test->priv = NULL;
	m2m_release(m2m);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);
}

/*
 * The core completes a job with its spinlock held and interrupts off. What
 * waits in poll() of the dma-buf and of a sync_file is called back there.
 */
static void finish_wakes_who_polls(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	struct sync_file *sync_file;
	struct dma_buf *dbuf;
	poll_table table;
	__poll_t before, after;

	init_poll_funcptr(&table, NULL);
	qbuf(test, capture(m2m), 0, 0);
	dbuf = vb2_kunit_export(test, vb2_get_buffer(capture(m2m), 0), 0,
				O_RDWR);
	qbuf(test, output(m2m), 0, 0);
	sync_file = sync_file_create(armed_on_capture(test, m2m, 0));
	KUNIT_ASSERT_NOT_NULL(test, sync_file);
	before = vfs_poll(sync_file->file, &table);
	KUNIT_EXPECT_EQ(test, vb2_kunit_poll(dbuf, EPOLLIN), 0);
	KUNIT_EXPECT_EQ(test, vb2_kunit_poll(dbuf, EPOLLOUT), 0);

	finish(m2m, VB2_BUF_STATE_DONE);
	after = vfs_poll(sync_file->file, &table);
	fput(sync_file->file);
	KUNIT_EXPECT_EQ(test, before & EPOLLIN, 0);
	KUNIT_EXPECT_EQ(test, after & EPOLLIN, EPOLLIN);
	KUNIT_EXPECT_EQ(test, vb2_kunit_poll(dbuf, EPOLLIN), EPOLLIN);
	KUNIT_EXPECT_EQ(test, vb2_kunit_poll(dbuf, EPOLLOUT), EPOLLOUT);
}

static struct kunit_case v4l2_mem2mem_release_fence_cases[] = {
	KUNIT_CASE(running_job_is_fenced),
	KUNIT_CASE(failed_job_is_an_error),
	KUNIT_CASE(output_is_left_alone),
	KUNIT_CASE(starved_output_publishes_nothing),
	KUNIT_CASE(only_the_running_job_is_fenced),
	KUNIT_CASE(next_job_is_fenced),
	KUNIT_CASE(held_capture_is_not_fenced),
	KUNIT_CASE(last_slice_of_held_capture_is_fenced),
	KUNIT_CASE(hold_dropped_in_flight_completes_unfenced),
	KUNIT_CASE(no_capture_buffer_is_no_error),
	KUNIT_CASE(streamoff_aborts_the_job),
	KUNIT_CASE(close_aborts_the_job),
	KUNIT_CASE(finish_wakes_who_polls),
	{}
};

static struct kunit_suite v4l2_mem2mem_release_fence_suite = {
	.name = "v4l2_mem2mem_release_fence",
	.init = m2m_init,
	.exit = m2m_exit,
	.test_cases = v4l2_mem2mem_release_fence_cases,
};

kunit_test_suite(v4l2_mem2mem_release_fence_suite);

MODULE_DESCRIPTION("KUnit tests for the release fences of mem2mem jobs");
MODULE_LICENSE("GPL");
