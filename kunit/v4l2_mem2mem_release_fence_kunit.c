// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for the release fences of mem2mem jobs
 *
 * The real mem2mem core schedules jobs whose driver does nothing until the test
 * says that the hardware is done.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/file.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/sync_file.h>
#include <linux/videodev2.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
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
	void (*run)(struct m2m *m2m);	/* how jobs start, if not as usual */
	void *run_priv;
	bool attach_late;		/* the fault that most would make */
	int attach_ret;
	struct task_struct *suspending;
	bool suspended;
	unsigned int asked;		/* calls of job_ready() */
	bool not_ready;			/* what job_ready() says */
};

static void finish(struct m2m *m2m, enum vb2_buffer_state state)
{
	v4l2_m2m_buf_done_and_job_finish(m2m->dev, m2m->ctx, state);
}

static void device_run(void *priv)
{
	struct m2m *m2m = priv;

	if (m2m->run) {
		m2m->run(m2m);
		return;
	}

	m2m->arm_ret = v4l2_m2m_arm_release_fence(m2m->ctx);
	m2m->jobs++;
	complete(&m2m->started);
}

/* The hardware can be stopped. */
static void job_abort(void *priv)
{
	finish(priv, VB2_BUF_STATE_ERROR);
}

static int job_ready(void *priv)
{
	struct m2m *m2m = priv;

	m2m->asked++;

	return !m2m->not_ready;
}

static const struct v4l2_m2m_ops m2m_ops = {
	.device_run = device_run,
	.job_ready = job_ready,
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

	if (!m2m->attach_late)
		m2m->attach_ret = vb2_buffer_attach_release_fence(vb);

	v4l2_m2m_buf_queue(m2m->ctx, to_vb2_v4l2_buffer(vb));

	if (m2m->attach_late) {
		/* As from QBUF on the other queue. */
		v4l2_m2m_try_schedule(m2m->ctx);
		m2m->attach_ret = vb2_buffer_attach_release_fence(vb);
	}
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

/* How many fences were ever published for the buffers of a queue. */
static u64 numbers_used(struct vb2_queue *q)
{
	return atomic64_read(&q->release_fence_seqno);
}

static void qbuf_at(struct kunit *test, struct vb2_queue *q,
		    unsigned int index, u32 flags, time64_t seconds)
{
	struct m2m *m2m = vb2_get_drv_priv(q);
	struct v4l2_buffer b = {
		.index = index,
		.type = q->type,
		.memory = V4L2_MEMORY_MMAP,
		.field = V4L2_FIELD_NONE,
		.bytesused = VB2_KUNIT_PLANE_SIZE,
		.flags = flags,
		.timestamp.tv_sec = seconds,
	};
	int ret;

	mutex_lock(&m2m->lock);
	ret = vb2_qbuf(q, NULL, &b);
	if (!ret)
		v4l2_m2m_try_schedule(m2m->ctx);
	mutex_unlock(&m2m->lock);
	KUNIT_ASSERT_EQ_MSG(test, ret, 0, "QBUF of buffer %u failed", index);
}

static void qbuf(struct kunit *test, struct vb2_queue *q, unsigned int index,
		 u32 flags)
{
	qbuf_at(test, q, index, flags, 0);
}

static void wait_for_job(struct kunit *test, struct m2m *m2m)
{
	KUNIT_ASSERT_NE_MSG(test,
			    wait_for_completion_timeout(&m2m->started, 5 * HZ),
			    0, "no job was started");
}

static void streamoff(struct m2m *m2m, struct vb2_queue *q)
{
	mutex_lock(&m2m->lock);
	v4l2_m2m_streamoff(NULL, m2m->ctx, q->type);
	mutex_unlock(&m2m->lock);
}

static void m2m_close(struct m2m *m2m)
{
	mutex_lock(&m2m->lock);
	v4l2_m2m_ctx_release(m2m->ctx);
	m2m->ctx = NULL;
	mutex_unlock(&m2m->lock);
}

static void m2m_release(void *data)
{
	struct m2m *m2m = data;

	if (m2m->ctx)
		m2m_close(m2m);
	if (m2m->suspending) {
		/* Rather lose the device than wait for ever. */
		if (!READ_ONCE(m2m->suspended))
			return;
		kthread_stop_put(m2m->suspending);
	}
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

static void driver_that_is_not_ready_publishes_nothing(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	m2m->not_ready = true;
	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	KUNIT_EXPECT_EQ(test, m2m->asked, 1);
	KUNIT_EXPECT_EQ(test, m2m->jobs, 0);
	KUNIT_EXPECT_NULL(test, pending_on_capture(test, m2m, 0));

	m2m->not_ready = false;
	v4l2_m2m_try_schedule(m2m->ctx);
	KUNIT_EXPECT_EQ(test, m2m->jobs, 1);
	armed_on_capture(test, m2m, 0);
}

/* As a stateful codec that has drained. */
static void stopped_context_publishes_nothing(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	v4l2_m2m_mark_stopped(m2m->ctx);
	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	KUNIT_EXPECT_EQ(test, m2m->jobs, 0);
	KUNIT_EXPECT_NULL(test, pending_on_capture(test, m2m, 0));

	v4l2_m2m_clear_state(m2m->ctx);
	v4l2_m2m_try_schedule(m2m->ctx);
	KUNIT_EXPECT_EQ(test, m2m->jobs, 1);
	armed_on_capture(test, m2m, 0);
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
	wait_for_job(test, m2m);
	finish(m2m, VB2_BUF_STATE_DONE);
	/* The core starts it from a worker. */
	wait_for_job(test, m2m);
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
	wait_for_job(test, m2m);
	finish(m2m, VB2_BUF_STATE_DONE);
	KUNIT_ASSERT_EQ(test, vb2_get_buffer(capture(m2m), 0)->state,
			VB2_BUF_STATE_ACTIVE);

	qbuf(test, output(m2m), 1, 0);
	wait_for_job(test, m2m);
	fence = armed_on_capture(test, m2m, 0);
	finish(m2m, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

/* The core returns what a frame has held when a slice of the next one comes. */
static void capture_held_by_last_frame_completes_unfenced(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	struct vb2_buffer *vb = vb2_get_buffer(capture(m2m), 0);

	qbuf(test, capture(m2m), 0, 0);
	qbuf_at(test, output(m2m), 0, V4L2_BUF_FLAG_M2M_HOLD_CAPTURE_BUF, 1);
	/* v4l2_m2m_buf_copy_metadata() lost a parameter after 6.12 */
	vb->timestamp = v4l2_m2m_next_src_buf(m2m->ctx)->vb2_buf.timestamp;
	vb->copied_timestamp = 1;
	finish(m2m, VB2_BUF_STATE_DONE);
	KUNIT_ASSERT_EQ(test, vb->state, VB2_BUF_STATE_ACTIVE);

	qbuf_at(test, output(m2m), 1, 0, 2);
	KUNIT_EXPECT_EQ(test, vb->state, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_NULL(test, vb->release_fence);
	KUNIT_EXPECT_EQ_MSG(test, numbers_used(capture(m2m)), 0,
			    "a fence was published for a job that holds");
	KUNIT_EXPECT_EQ_MSG(test, m2m->jobs, 1,
			    "a job runs without a capture buffer");

	qbuf(test, capture(m2m), 1, 0);
	KUNIT_EXPECT_EQ(test, m2m->jobs, 2);
	armed_on_capture(test, m2m, 1);
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

static void run_and_finish(struct m2m *m2m)
{
	v4l2_m2m_arm_release_fence(m2m->ctx);
	finish(m2m, VB2_BUF_STATE_DONE);
}

/*
 * A driver that attaches when mem2mem has the buffer already can lose a race
 * with the job. The fence would be one that nothing signals.
 */
static void late_attach_is_refused(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	struct vb2_buffer *vb = vb2_get_buffer(capture(m2m), 0);

	qbuf(test, output(m2m), 0, 0);
	m2m->run = run_and_finish;
	m2m->attach_late = true;
	qbuf(test, capture(m2m), 0, 0);
	KUNIT_ASSERT_EQ_MSG(test, vb->state, VB2_BUF_STATE_DONE,
			    "the job did not win the race");
	KUNIT_EXPECT_EQ(test, m2m->attach_ret, -EINVAL);
	KUNIT_EXPECT_NULL_MSG(test, vb->release_fence,
			      "a fence that nothing signals");

	m2m->run = NULL;
	m2m->attach_late = false;
	vb2_kunit_dqbuf(test, vb);
	qbuf(test, capture(m2m), 0, 0);
	KUNIT_EXPECT_EQ_MSG(test, m2m->attach_ret, 0,
			    "the late fence is in the way");
}

/*
 * As in a decoder that drains. The job is finished before anything is asserted:
 * job_abort() can't end one without an output buffer. What can is not meant for
 * queues that hold capture buffers.
 */
static void job_without_output_is_fenced(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	struct dma_fence *fence;

	output(m2m)->subsystem_flags = 0;
	v4l2_m2m_set_src_buffered(m2m->ctx, true);
	qbuf(test, capture(m2m), 0, 0);
	fence = pending_on_capture(test, m2m, 0);
	v4l2_m2m_buf_done(v4l2_m2m_dst_buf_remove(m2m->ctx),
			  VB2_BUF_STATE_DONE);
	v4l2_m2m_job_finish(m2m->dev, m2m->ctx);
	KUNIT_EXPECT_EQ(test, m2m->jobs, 1);
	KUNIT_ASSERT_NOT_NULL_MSG(test, fence, "the job ran without a fence");
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
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

/**
 * struct waiter - who waits for the job, as v4l2_m2m_ctx_release() does
 * @wait:	in the queue that the core wakes
 * @m2m:	the device
 * @woken:	how often it was woken
 * @asked:	what @m2m->asked was then
 */
struct waiter {
	struct wait_queue_entry	wait;
	struct m2m		*m2m;
	unsigned int		woken;
	unsigned int		asked;
};

static int note_wake_up(struct wait_queue_entry *wait, unsigned int mode,
			int flags, void *key)
{
	struct waiter *waiter = container_of(wait, struct waiter, wait);

	waiter->woken++;
	waiter->asked = waiter->m2m->asked;

	return 0;
}

/*
 * Who waits for the job may free the context when it is woken. So the core must
 * have looked before whether that context has another job.
 */
static void finish_looks_for_jobs_before_it_wakes(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	struct waiter waiter = { .m2m = m2m };
	unsigned int asked;

	init_waitqueue_func_entry(&waiter.wait, note_wake_up);
	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, capture(m2m), 1, 0);
	qbuf(test, output(m2m), 0, 0);
	qbuf(test, output(m2m), 1, 0);
	wait_for_job(test, m2m);
	asked = m2m->asked;

	add_wait_queue(&m2m->ctx->finished, &waiter.wait);
	finish(m2m, VB2_BUF_STATE_DONE);
	remove_wait_queue(&m2m->ctx->finished, &waiter.wait);
	KUNIT_EXPECT_EQ(test, waiter.woken, 1);
	KUNIT_EXPECT_EQ_MSG(test, waiter.asked, asked + 1,
			    "the core uses the context after it woke who frees it");

	/* And the job that it found runs. */
	wait_for_job(test, m2m);
	KUNIT_EXPECT_EQ(test, m2m->asked, asked + 1);
}

/* What a late interrupt may do: the job that runs now is not its business. */
static void finish_of_another_context_is_ignored(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	struct waiter waiter = { .m2m = m2m };
	struct v4l2_m2m_ctx *other;
	struct dma_fence *fence;

	other = v4l2_m2m_ctx_init(m2m->dev, m2m, queue_init);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	v4l2_m2m_get_src_vq(other)->subsystem_flags = 0;
	init_waitqueue_func_entry(&waiter.wait, note_wake_up);
	add_wait_queue(&other->finished, &waiter.wait);

	/* While none runs, and while one does. */
	v4l2_m2m_job_finish(m2m->dev, other);
	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	fence = pending_on_capture(test, m2m, 0);
	v4l2_m2m_job_finish(m2m->dev, other);

	remove_wait_queue(&other->finished, &waiter.wait);
	v4l2_m2m_ctx_release(other);
	KUNIT_EXPECT_EQ(test, waiter.woken, 0);
	KUNIT_EXPECT_PTR_EQ_MSG(test, v4l2_m2m_get_curr_priv(m2m->dev),
				(void *)m2m, "the job is lost");
	KUNIT_ASSERT_NOT_NULL(test, fence);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 0);
	finish(m2m, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

static int suspend_thread(void *data)
{
	struct m2m *m2m = data;

	v4l2_m2m_suspend(m2m->dev);
	WRITE_ONCE(m2m->suspended, true);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);

	return 0;
}

static void start_suspend(struct kunit *test, struct m2m *m2m)
{
	struct task_struct *thread;

	thread = kthread_create(suspend_thread, m2m, "vb2-kunit-suspend");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
	m2m->suspending = get_task_struct(thread);
	wake_up_process(thread);
}

/* Returns when a thread waits in there for the running job. */
static void begin_suspend(struct kunit *test, struct m2m *m2m)
{
	unsigned long end = jiffies + 5 * HZ;

	start_suspend(test, m2m);
	do {
		usleep_range(1000, 2000);
	} while (READ_ONCE(m2m->suspending->__state) != TASK_UNINTERRUPTIBLE &&
		 time_before(jiffies, end));
	KUNIT_ASSERT_FALSE_MSG(test, m2m->suspended,
			       "the suspend did not wait for the job");
}

static void expect_suspended(struct kunit *test, struct m2m *m2m)
{
	unsigned long end = jiffies + 5 * HZ;

	while (!READ_ONCE(m2m->suspended) && time_before(jiffies, end))
		usleep_range(1000, 2000);
	KUNIT_EXPECT_TRUE_MSG(test, m2m->suspended,
			      "the suspend goes on, and no job runs");
}

static void suspend_of_idle_device_returns(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	start_suspend(test, m2m);
	expect_suspended(test, m2m);
}

static void suspend_waits_for_job(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, capture(m2m), 1, 0);
	qbuf(test, output(m2m), 0, 0);
	begin_suspend(test, m2m);
	finish(m2m, VB2_BUF_STATE_DONE);
	expect_suspended(test, m2m);

	/* What is queued now waits, and has no fence, until the resume. */
	qbuf(test, output(m2m), 1, 0);
	KUNIT_EXPECT_EQ(test, m2m->jobs, 1);
	KUNIT_EXPECT_NULL(test, pending_on_capture(test, m2m, 1));
	v4l2_m2m_resume(m2m->dev);
	KUNIT_EXPECT_EQ(test, m2m->jobs, 2);
	armed_on_capture(test, m2m, 1);
}

/* With KASAN this shows that nobody looks at a context that is gone. */
static void suspend_outlives_close(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	begin_suspend(test, m2m);
	/* On one CPU the thread then sees the job's end after the close. */
	sched_set_fifo(current);
	m2m_close(m2m);
	sched_set_normal(current, 0);
	expect_suspended(test, m2m);
}

static void streamoff_ends_suspend(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	begin_suspend(test, m2m);
	streamoff(m2m, output(m2m));
	expect_suspended(test, m2m);
}

/*
 * A job that is over leaves a worker to look for the next. With
 * CONFIG_DEBUG_OBJECTS_FREE this shows that the device waits for that.
 */
static void device_goes_after_its_worker(struct kunit *test)
{
	struct m2m *m2m = test->priv;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	/* On one CPU the worker then still waits to run. */
	sched_set_fifo(current);
	finish(m2m, VB2_BUF_STATE_DONE);
	test->priv = NULL;
	m2m_release(m2m);
	sched_set_normal(current, 0);
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
	KUNIT_EXPECT_FALSE(test, vb2_kunit_poll(dbuf, EPOLLIN));
	KUNIT_EXPECT_FALSE(test, vb2_kunit_poll(dbuf, EPOLLOUT));

	finish(m2m, VB2_BUF_STATE_DONE);
	after = vfs_poll(sync_file->file, &table);
	fput(sync_file->file);
	KUNIT_EXPECT_FALSE(test, before & EPOLLIN);
	KUNIT_EXPECT_TRUE(test, after & EPOLLIN);
	KUNIT_EXPECT_TRUE(test, vb2_kunit_poll(dbuf, EPOLLIN));
	KUNIT_EXPECT_TRUE(test, vb2_kunit_poll(dbuf, EPOLLOUT));
}

#define REPLAY_TIMEOUT	(60 * HZ)	/* no test waits for it */

/*
 * Replays of what hantro and rga do with a job, call by call: the same order of
 * preparing, arming, handing over and finishing, with a flag for the hardware.
 * They show that the core copes with it, in hard interrupts too. That a driver
 * really does so, and that its hardware stops, is for a board to show.
 */
struct replay {
	struct m2m *m2m;
	void (*finish)(struct m2m *m2m, enum vb2_buffer_state state);
	bool cant_prepare;		/* clocks, power, or bad controls */
	spinlock_t lock;		/* of all below */
	bool running;			/* whoever clears it finishes the job */
	unsigned long deadline;
	struct delayed_work watchdog;
	struct irq_work irq;
	unsigned int finished;
	unsigned int in_hardirq;
};

static bool replay_take_job(struct replay *replay, bool timeout)
{
	unsigned long flags;
	bool took = false;

	spin_lock_irqsave(&replay->lock, flags);
	if (replay->running &&
	    (!timeout || time_is_before_eq_jiffies(replay->deadline))) {
		replay->running = false;
		replay->finished++;
		cancel_delayed_work(&replay->watchdog);
		took = true;
	}
	spin_unlock_irqrestore(&replay->lock, flags);

	return took;
}

static void replay_irq(struct irq_work *work)
{
	struct replay *replay = container_of(work, struct replay, irq);

	replay->in_hardirq += !!in_hardirq();
	if (replay_take_job(replay, false))
		replay->finish(replay->m2m, VB2_BUF_STATE_DONE);
}

static void replay_watchdog(struct work_struct *work)
{
	struct replay *replay = container_of(to_delayed_work(work),
					     struct replay, watchdog);
	bool cookie = dma_fence_begin_signalling();

	/* Here the driver stops the hardware. */
	if (replay_take_job(replay, true))
		replay->finish(replay->m2m, VB2_BUF_STATE_ERROR);
	dma_fence_end_signalling(cookie);
}

/* hantro_end_prepare_run(), and all of rga's device_run(), but registers. */
static void replay_start(struct m2m *m2m)
{
	struct replay *replay = m2m->run_priv;
	unsigned long flags;
	bool cookie;

	m2m->arm_ret = v4l2_m2m_arm_release_fence(m2m->ctx);
	cookie = dma_fence_begin_signalling();
	spin_lock_irqsave(&replay->lock, flags);
	replay->running = true;
	replay->deadline = jiffies + REPLAY_TIMEOUT;
	schedule_delayed_work(&replay->watchdog, REPLAY_TIMEOUT);
	spin_unlock_irqrestore(&replay->lock, flags);
	dma_fence_end_signalling(cookie);
}

static void hantro_finish(struct m2m *m2m, enum vb2_buffer_state state)
{
	v4l2_m2m_buf_done_and_job_finish(m2m->dev, m2m->ctx, state);
}

static void hantro_run(struct m2m *m2m)
{
	struct replay *replay = m2m->run_priv;

	m2m->jobs++;
	if (replay->cant_prepare) {
		/* Neither the watchdog nor the interrupt knows of the job. */
		replay->finished++;
		hantro_finish(m2m, VB2_BUF_STATE_ERROR);
		return;
	}
	replay_start(m2m);
}

static void rga_finish(struct m2m *m2m, enum vb2_buffer_state state)
{
	struct vb2_v4l2_buffer *src = v4l2_m2m_src_buf_remove(m2m->ctx);
	struct vb2_v4l2_buffer *dst = v4l2_m2m_dst_buf_remove(m2m->ctx);

	v4l2_m2m_buf_done(src, state);
	v4l2_m2m_buf_done(dst, state);
	v4l2_m2m_job_finish(m2m->dev, m2m->ctx);
}

static void rga_run(struct m2m *m2m)
{
	m2m->jobs++;
	replay_start(m2m);
}

struct replay_param {
	const char *name;
	void (*run)(struct m2m *m2m);
	void (*finish)(struct m2m *m2m, enum vb2_buffer_state state);
	u32 flags;			/* of the output queue */
};

static const struct replay_param replay_params[] = {
	{ "hantro", hantro_run, hantro_finish,
	  VB2_V4L2_FL_SUPPORTS_M2M_HOLD_CAPTURE_BUF },
	{ "rga", rga_run, rga_finish },
};

KUNIT_ARRAY_PARAM_DESC(replay, replay_params, name);

static void replay_stop(void *data)
{
	struct replay *replay = data;

	irq_work_sync(&replay->irq);
	cancel_delayed_work_sync(&replay->watchdog);
}

static struct replay *replay_create(struct kunit *test,
				    const struct replay_param *param)
{
	struct replay *replay = kunit_kzalloc(test, sizeof(*replay),
					      GFP_KERNEL);
	struct m2m *m2m = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, replay);
	replay->m2m = m2m;
	replay->finish = param->finish;
	spin_lock_init(&replay->lock);
	INIT_DELAYED_WORK(&replay->watchdog, replay_watchdog);
	replay->irq = IRQ_WORK_INIT_HARD(replay_irq);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, replay_stop,
							replay), 0);
	output(m2m)->subsystem_flags = param->flags;
	m2m->run = param->run;
	m2m->run_priv = replay;

	return replay;
}

static void replay_interrupt(struct replay *replay)
{
	irq_work_queue(&replay->irq);
	irq_work_sync(&replay->irq);
}

static void replayed_interrupt_finishes_job(struct kunit *test)
{
	struct replay *replay = replay_create(test, test->param_value);
	struct m2m *m2m = test->priv;
	struct dma_fence *fence;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	fence = armed_on_capture(test, m2m, 0);
	replay_interrupt(replay);
	KUNIT_ASSERT_EQ_MSG(test, replay->in_hardirq, 1,
			    "this was no hard interrupt");
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);

	/* The watchdog that was about to run finds the job taken. */
	replay->deadline = jiffies;
	replay_watchdog(&replay->watchdog.work);
	KUNIT_EXPECT_EQ(test, replay->finished, 1);
	vb2_kunit_dqbuf(test, vb2_get_buffer(capture(m2m), 0));
}

static void replayed_watchdog_finishes_job(struct kunit *test)
{
	struct replay *replay = replay_create(test, test->param_value);
	struct m2m *m2m = test->priv;
	struct dma_fence *fence;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	fence = armed_on_capture(test, m2m, 0);
	/* No waiting: flushing has it run at once. */
	replay->deadline = jiffies;
	flush_delayed_work(&replay->watchdog);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);

	/* A late interrupt finds the job taken. */
	replay_interrupt(replay);
	KUNIT_EXPECT_EQ(test, replay->finished, 1);
	vb2_kunit_dqbuf(test, vb2_get_buffer(capture(m2m), 0));
}

/* An interrupt that comes late must not be taken for that of the next job. */
static void replayed_next_job_is_fenced(struct kunit *test)
{
	struct replay *replay = replay_create(test, test->param_value);
	struct m2m *m2m = test->priv;
	struct dma_fence *fence;

	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	replay_interrupt(replay);
	qbuf(test, capture(m2m), 1, 0);
	qbuf(test, output(m2m), 1, 0);
	KUNIT_ASSERT_EQ(test, m2m->jobs, 2);
	fence = armed_on_capture(test, m2m, 1);
	/* The watchdog of the first job is late, too: this one has time. */
	replay_watchdog(&replay->watchdog.work);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 0);
	replay_interrupt(replay);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

static void replayed_unpreparable_job_arms_nothing(struct kunit *test)
{
	struct replay *replay = replay_create(test, &replay_params[0]);
	struct m2m *m2m = test->priv;

	replay->cant_prepare = true;
	qbuf(test, capture(m2m), 0, 0);
	qbuf(test, output(m2m), 0, 0);
	KUNIT_EXPECT_EQ(test, m2m->jobs, 1);
	KUNIT_EXPECT_EQ(test, replay->finished, 1);
	KUNIT_EXPECT_EQ(test, vb2_get_buffer(capture(m2m), 0)->state,
			VB2_BUF_STATE_ERROR);
	KUNIT_EXPECT_EQ_MSG(test, numbers_used(capture(m2m)), 0,
			    "a fence was published for a job that never ran");
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&replay->watchdog));
	/* A stray interrupt finds no job. */
	replay_interrupt(replay);
	KUNIT_EXPECT_EQ(test, replay->finished, 1);

	replay->cant_prepare = false;
	qbuf(test, capture(m2m), 1, 0);
	qbuf(test, output(m2m), 1, 0);
	armed_on_capture(test, m2m, 1);
	replay_interrupt(replay);
}

static void replayed_streamoff_drains_unarmed(struct kunit *test)
{
	struct m2m *m2m = test->priv;
	unsigned int i;

	replay_create(test, test->param_value);
	for (i = 0; i < 3; i++)
		qbuf(test, capture(m2m), i, 0);
	streamoff(m2m, capture(m2m));
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_NULL_MSG(test,
				      vb2_get_buffer(capture(m2m),
						     i)->release_fence,
				      "buffer %u has kept its fence", i);
	KUNIT_EXPECT_EQ_MSG(test, numbers_used(capture(m2m)), 0,
			    "a fence was published for no job");
}

static struct kunit_case v4l2_mem2mem_release_fence_cases[] = {
	KUNIT_CASE(running_job_is_fenced),
	KUNIT_CASE(failed_job_is_an_error),
	KUNIT_CASE(output_is_left_alone),
	KUNIT_CASE(starved_output_publishes_nothing),
	KUNIT_CASE(driver_that_is_not_ready_publishes_nothing),
	KUNIT_CASE(stopped_context_publishes_nothing),
	KUNIT_CASE(only_the_running_job_is_fenced),
	KUNIT_CASE(next_job_is_fenced),
	KUNIT_CASE(held_capture_is_not_fenced),
	KUNIT_CASE(last_slice_of_held_capture_is_fenced),
	KUNIT_CASE(capture_held_by_last_frame_completes_unfenced),
	KUNIT_CASE(hold_dropped_in_flight_completes_unfenced),
	KUNIT_CASE(late_attach_is_refused),
	KUNIT_CASE(job_without_output_is_fenced),
	KUNIT_CASE(no_capture_buffer_is_no_error),
	KUNIT_CASE(streamoff_aborts_the_job),
	KUNIT_CASE(close_aborts_the_job),
	KUNIT_CASE(finish_looks_for_jobs_before_it_wakes),
	KUNIT_CASE(finish_of_another_context_is_ignored),
	KUNIT_CASE(suspend_of_idle_device_returns),
	KUNIT_CASE(suspend_waits_for_job),
	KUNIT_CASE(suspend_outlives_close),
	KUNIT_CASE(streamoff_ends_suspend),
	KUNIT_CASE(device_goes_after_its_worker),
	KUNIT_CASE(finish_wakes_who_polls),
	KUNIT_CASE_PARAM(replayed_interrupt_finishes_job, replay_gen_params),
	KUNIT_CASE_PARAM(replayed_watchdog_finishes_job, replay_gen_params),
	KUNIT_CASE_PARAM(replayed_next_job_is_fenced, replay_gen_params),
	KUNIT_CASE(replayed_unpreparable_job_arms_nothing),
	KUNIT_CASE_PARAM(replayed_streamoff_drains_unarmed, replay_gen_params),
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
