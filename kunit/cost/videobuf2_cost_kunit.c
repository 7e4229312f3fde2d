// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a buffer costs videobuf2, from VIDIOC_QBUF to VIDIOC_DQBUF.
 *
 * Measured in ticks of get_cycles(). In an emulator that counts time by
 * instructions (QEMU's -icount shift=0) each tick of an x86 is one, and a
 * kernel's figures are the same wherever and whenever it runs. On a real
 * machine they are cycles.
 *
 * Each case tells its figure in a line "cost: NAME MEDIAN MIN MAX". The figures
 * of two kernels, one with release fences and one without, are compared by
 * whoever started them; the cases fail only where nothing could be measured.
 */

#include <kunit/test.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/timex.h>
#include <linux/videodev2.h>
#include <media/videobuf2-v4l2.h>
#include <media/videobuf2-vmalloc.h>

#define COST_ROUNDS	4001	/* odd: the median is one of them */
#define COST_WARM_UP	64

struct cost_queue {
	struct vb2_queue	q;
	struct mutex		lock;	/* the lock of @q */
	struct vb2_buffer	*running;
	bool			opt_in;
};

static struct cost_queue *to_cost_queue(struct vb2_queue *q)
{
	return container_of(q, struct cost_queue, q);
}

static int cost_queue_setup(struct vb2_queue *q, unsigned int *num_buffers,
			    unsigned int *num_planes, unsigned int sizes[],
			    struct device *alloc_devs[])
{
	*num_planes = 1;
	sizes[0] = PAGE_SIZE;

	return 0;
}

static int cost_buf_prepare(struct vb2_buffer *vb)
{
	vb2_set_plane_payload(vb, 0, PAGE_SIZE);

	return 0;
}

static void cost_buf_queue(struct vb2_buffer *vb)
{
	struct cost_queue *cq = to_cost_queue(vb->vb2_queue);

	cq->running = vb;
#ifdef VB2_HAS_RELEASE_FENCE
	if (cq->opt_in)
		vb2_buffer_attach_release_fence(vb);
#endif
}

static void cost_stop_streaming(struct vb2_queue *q)
{
	struct cost_queue *cq = to_cost_queue(q);

	/* Of a round that failed. */
	if (cq->running && cq->running->state == VB2_BUF_STATE_ACTIVE)
		vb2_buffer_done(cq->running, VB2_BUF_STATE_ERROR);
}

static const struct vb2_ops cost_ops = {
	.queue_setup = cost_queue_setup,
	.buf_prepare = cost_buf_prepare,
	.buf_queue = cost_buf_queue,
	.stop_streaming = cost_stop_streaming,
};

static void cost_queue_release(void *q)
{
	vb2_queue_release(q);
}

static struct cost_queue *cost_queue_create(struct kunit *test)
{
	struct v4l2_requestbuffers request = {
		.count = 1,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	struct cost_queue *cq = kunit_kzalloc(test, sizeof(*cq), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, cq);
	mutex_init(&cq->lock);
	cq->q.type = request.type;
	cq->q.io_modes = VB2_MMAP;
	cq->q.ops = &cost_ops;
	cq->q.mem_ops = &vb2_vmalloc_memops;
	cq->q.timestamp_flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
	cq->q.lock = &cq->lock;
	KUNIT_ASSERT_EQ(test, vb2_queue_init(&cq->q), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, cost_queue_release,
							&cq->q), 0);
	KUNIT_ASSERT_EQ(test, vb2_reqbufs(&cq->q, &request), 0);
	KUNIT_ASSERT_EQ(test, vb2_streamon(&cq->q, request.type), 0);

	return cq;
}

static int cost_compare(const void *left, const void *right)
{
	const u64 a = *(const u64 *)left, b = *(const u64 *)right;

	return a < b ? -1 : a > b;
}

static int cost_nothing(void *unused)
{
	return 0;
}

static u64 cost_median(struct kunit *test, int (*once)(void *arg), void *arg,
		       u64 *least, u64 *most)
{
	u64 *ticks = kunit_kcalloc(test, COST_ROUNDS, sizeof(*ticks),
				   GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, ticks);
	for (i = 0; i < COST_WARM_UP; i++)
		KUNIT_ASSERT_EQ(test, once(arg), 0);
	for (i = 0; i < COST_ROUNDS; i++) {
		const u64 begin = get_cycles();
		const int ret = once(arg);

		ticks[i] = get_cycles() - begin;
		KUNIT_ASSERT_EQ(test, ret, 0);
	}
	sort(ticks, COST_ROUNDS, sizeof(*ticks), cost_compare, NULL);
	*least = ticks[0];
	*most = ticks[COST_ROUNDS - 1];

	return ticks[COST_ROUNDS / 2];
}

static void cost_tell(struct kunit *test, const char *name,
		      int (*once)(void *arg), void *arg)
{
	u64 least, most, base, median;

	base = cost_median(test, cost_nothing, NULL, &least, &most);
	median = cost_median(test, once, arg, &least, &most);
	KUNIT_EXPECT_GT_MSG(test, median, base, "get_cycles() stands still");
	kunit_info(test, "cost: %s %llu %llu %llu\n", name, median - base,
		   least - base, most - base);
}

/* One stay of the buffer in the driver. */
static int cost_cycle_once(void *arg)
{
	struct cost_queue *cq = arg;
	struct v4l2_buffer b = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	int ret;

	ret = vb2_qbuf(&cq->q, NULL, &b);
	if (ret)
		return ret;
#ifdef VB2_HAS_RELEASE_FENCE
	if (cq->opt_in) {
		ret = vb2_buffer_arm_release_fence(cq->running);
		if (ret)
			return ret;
	}
#endif
	vb2_buffer_done(cq->running, VB2_BUF_STATE_DONE);

	return vb2_dqbuf(&cq->q, &b, true);
}

static void cycle(struct kunit *test)
{
	cost_tell(test, "cycle", cost_cycle_once, cost_queue_create(test));
}

#ifdef VB2_HAS_RELEASE_FENCE

/* Else a cycle that has lost its fence would pass for a cheap one. */
static void cost_expect_fence(struct kunit *test, struct cost_queue *cq)
{
	struct v4l2_buffer b = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	struct dma_resv *resv;

	KUNIT_ASSERT_EQ(test, vb2_qbuf(&cq->q, NULL, &b), 0);
	resv = cq->q.mem_ops->get_resv(cq->running,
				       cq->running->planes[0].mem_priv);
	KUNIT_ASSERT_EQ(test, vb2_buffer_arm_release_fence(cq->running), 0);
	KUNIT_EXPECT_FALSE(test, dma_resv_test_signaled(resv,
							DMA_RESV_USAGE_READ));
	vb2_buffer_done(cq->running, VB2_BUF_STATE_DONE);
	KUNIT_EXPECT_TRUE(test, dma_resv_test_signaled(resv,
						       DMA_RESV_USAGE_READ));
	KUNIT_ASSERT_EQ(test, vb2_dqbuf(&cq->q, &b, true), 0);
}

static void fenced_cycle(struct kunit *test)
{
	struct cost_queue *cq = cost_queue_create(test);

	cq->opt_in = true;
	cost_expect_fence(test, cq);
	cost_tell(test, "fenced_cycle", cost_cycle_once, cq);
}

/* As small as a fence can be that outlives its driver's queue. */
struct cost_fence {
	struct dma_fence	base;
	spinlock_t		lock;	/* the lock of @base */
	char			timeline[sizeof_field(struct vb2_queue, name)];
};

static const char *cost_fence_driver_name(struct dma_fence *fence)
{
	return "cost";
}

static const char *cost_fence_timeline_name(struct dma_fence *fence)
{
	return container_of(fence, struct cost_fence, base)->timeline;
}

static const struct dma_fence_ops cost_fence_ops = {
	.get_driver_name = cost_fence_driver_name,
	.get_timeline_name = cost_fence_timeline_name,
};

struct cost_by_hand {
	struct dma_resv		resv;
	u64			context;
	u64			seqno;
	struct cost_fence	*fence;
	char			name[sizeof_field(struct vb2_queue, name)];
};

/*
 * The same, written out for a single dma_resv. The three steps are apart, as
 * they are in a driver: when it gets the buffer, when it starts the hardware,
 * and when that has finished.
 */
static noinline int cost_by_hand_attach(struct cost_by_hand *hand)
{
	struct cost_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	if (!fence)
		return -ENOMEM;
	spin_lock_init(&fence->lock);
	strscpy(fence->timeline, hand->name, sizeof(fence->timeline));
	hand->fence = fence;

	return 0;
}

static noinline int cost_by_hand_arm(struct cost_by_hand *hand)
{
	struct ww_acquire_ctx ctx;
	bool cookie;
	int ret;

	ww_acquire_init(&ctx, &reservation_ww_class);
	ret = dma_resv_lock(&hand->resv, &ctx);
	if (ret)
		goto fini;
	ww_acquire_done(&ctx);
	ret = dma_resv_reserve_fences(&hand->resv, 1);
	if (ret)
		goto unlock;
	dma_fence_init(&hand->fence->base, &cost_fence_ops, &hand->fence->lock,
		       hand->context, ++hand->seqno);
	cookie = dma_fence_begin_signalling();
	dma_resv_add_fence(&hand->resv, &hand->fence->base,
			   DMA_RESV_USAGE_WRITE);
	dma_fence_end_signalling(cookie);
unlock:
	dma_resv_unlock(&hand->resv);
fini:
	ww_acquire_fini(&ctx);

	return ret;
}

static noinline void cost_by_hand_signal(struct cost_by_hand *hand)
{
	const bool cookie = dma_fence_begin_signalling();

	dma_fence_signal(&hand->fence->base);
	dma_fence_put(&hand->fence->base);
	dma_fence_end_signalling(cookie);
}

static int cost_by_hand_once(void *arg)
{
	struct cost_by_hand *hand = arg;
	int ret;

	ret = cost_by_hand_attach(hand);
	if (ret)
		return ret;
	ret = cost_by_hand_arm(hand);
	if (ret) {
		kfree(hand->fence);
		return ret;
	}
	cost_by_hand_signal(hand);

	return 0;
}

static void cost_resv_fini(void *resv)
{
	dma_resv_fini(resv);
}

static void by_hand(struct kunit *test)
{
	struct cost_by_hand *hand = kunit_kzalloc(test, sizeof(*hand),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, hand);
	dma_resv_init(&hand->resv);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, cost_resv_fini,
							&hand->resv), 0);
	hand->context = dma_fence_context_alloc(1);
	/* As long as the name that v4l2 gives a queue. */
	strscpy(hand->name, "cap-0000000000000000", sizeof(hand->name));
	cost_tell(test, "by_hand", cost_by_hand_once, hand);
}

#endif /* VB2_HAS_RELEASE_FENCE */

static struct kunit_case cost_cases[] = {
	KUNIT_CASE(cycle),
#ifdef VB2_HAS_RELEASE_FENCE
	KUNIT_CASE(fenced_cycle),
	KUNIT_CASE(by_hand),
#endif
	{}
};

static struct kunit_suite cost_suite = {
	.name = "videobuf2_cost",
	.test_cases = cost_cases,
};
kunit_test_suite(cost_suite);

MODULE_DESCRIPTION("KUnit measurement of what a buffer costs videobuf2");
MODULE_LICENSE("GPL");
