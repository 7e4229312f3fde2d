// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for release fences where several CPUs meet
 *
 * Each case is a race that is run anew many times: the test prepares it, the
 * racers, a thread on a CPU each, start as one, and what they left behind is
 * checked. Random delays, from a seed that is printed, move them against each
 * other. What the cases assert is the least of it: they are for kernels with
 * KCSAN and lockdep, and see the orders that a single CPU never shows.
 */

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/dma-fence-unwrap.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/sync_file.h>
#include <linux/wait.h>
#include <media/videobuf2-vmalloc.h>

#include "videobuf2_kunit_helpers.h"

static ulong seed = 1;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "What the delays are drawn from");

static uint rounds = 10000;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "How often each race is run");

#define RACERS		4U
#define LIMIT		(20 * HZ)	/* of all that a racer waits for */
#define MAX_DELAY_NS	20000

struct race;

struct racer {
	struct race		*race;
	struct task_struct	*task;
	struct rnd_state	rnd;
	void			(*act)(struct racer *racer);
};

/**
 * struct race - what the racers share
 * @test:	the running test
 * @racers:	who runs
 * @lock:	of the driver: who completes a buffer holds it
 * @start:	where the racers wait
 * @round:	rises when a round begins
 * @ready:	racers that are awake in this round
 * @busy:	racers that have not finished it
 * @over:	@busy has come to 0
 * @stuck:	it did not: the racers must be left alone
 * @fault:	what a racer saw first that must not be
 * @vkq:	the queues
 * @vb:		a buffer of each
 * @running:	the device has a job on it, for the driver alone, under @lock
 * @ret:	what arming returned
 * @state:	in which the device completes each
 * @dbuf:	dma-bufs that the racers look at
 * @exported:	what EXPBUF gave to each racer
 * @resv:	of the memory that the racers export
 * @kept:	a fence of the round before
 */
struct race {
	struct kunit		*test;
	struct racer		racers[RACERS];
	spinlock_t		lock;	/* see above */
	wait_queue_head_t	start;
	atomic_t		round;
	atomic_t		ready;
	atomic_t		busy;
	struct completion	over;
	bool			stuck;
	const char		*fault;
	struct vb2_kunit_queue	*vkq[2];
	struct vb2_buffer	*vb[2];
	bool			running[2];
	int			ret[2];
	enum vb2_buffer_state	state[2];
	struct dma_buf		*dbuf[2];
	struct dma_buf		*exported[RACERS];
	struct dma_resv		*resv;
	struct dma_fence	*kept;
};

/* --- The race itself ------------------------------------------------------ */

static void fault(struct race *race, const char *what)
{
	cmpxchg(&race->fault, NULL, what);
}

static void pause_at_random(struct racer *racer)
{
	ndelay(prandom_u32_state(&racer->rnd) % MAX_DELAY_NS);
}

/*
 * No waiting without a limit: a CPU of a virtual machine may be away. And none
 * for a racer that can't run before this one lets it have the CPU.
 */
static void wait_for_the_others(struct race *race)
{
	unsigned int others = min(num_online_cpus(), RACERS);
	unsigned int spins = 10000;

	atomic_inc(&race->ready);
	while (atomic_read(&race->ready) < others && --spins)
		cpu_relax();
}

static int racer_thread(void *data)
{
	struct racer *racer = data;
	struct race *race = racer->race;
	int round = 0;

	for (;;) {
		wait_event_idle(race->start, kthread_should_stop() ||
				atomic_read(&race->round) != round);
		if (kthread_should_stop())
			return 0;
		round = atomic_read_acquire(&race->round);
		wait_for_the_others(race);
		pause_at_random(racer);
		racer->act(racer);
		if (atomic_dec_and_test(&race->busy))
			complete(&race->over);
	}
}

static void race_end(void *data)
{
	struct race *race = data;
	unsigned int i;

	/* A racer that hangs would hang this, too. */
	if (race->stuck)
		return;
	for (i = 0; i < RACERS; i++)
		if (race->racers[i].task)
			kthread_stop(race->racers[i].task);
	dma_fence_put(race->kept);
	kfree(race);
}

static struct race *race_create(struct kunit *test,
				void (*const acts[RACERS])(struct racer *))
{
	int cpu = cpumask_first(cpu_online_mask);
	struct race *race;
	unsigned int i;

	KUNIT_ASSERT_GT_MSG(test, num_online_cpus(), 1,
			    "one CPU is no race: start the kernel with more");
	race = kzalloc(sizeof(*race), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, race);
	race->test = test;
	spin_lock_init(&race->lock);
	init_waitqueue_head(&race->start);
	init_completion(&race->over);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, race_end, race),
			0);

	for (i = 0; i < RACERS; i++) {
		struct racer *racer = &race->racers[i];
		struct task_struct *task;

		racer->race = race;
		racer->act = acts[i];
		prandom_seed_state(&racer->rnd, seed + i);
		task = kthread_create(racer_thread, racer, "racer/%u", i);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
		racer->task = task;
		kthread_bind(task, cpu);
		cpu = cpumask_next(cpu, cpu_online_mask);
		if (cpu >= nr_cpu_ids)
			cpu = cpumask_first(cpu_online_mask);
		wake_up_process(task);
	}
	kunit_info(test, "seed %lu, %u rounds, %u CPUs", seed, rounds,
		   num_online_cpus());

	return race;
}

static void race_run(struct race *race, unsigned int number)
{
	struct kunit *test = race->test;

	reinit_completion(&race->over);
	atomic_set(&race->ready, 0);
	atomic_set(&race->busy, RACERS);
	atomic_inc_return_release(&race->round);
	wake_up_all(&race->start);
	/* The racers' own limits come first. */
	race->stuck = !wait_for_completion_timeout(&race->over, 3 * LIMIT);
	KUNIT_ASSERT_FALSE_MSG(test, race->stuck,
			       "round %u: a racer hangs", number);
	KUNIT_ASSERT_NULL_MSG(test, race->fault, "round %u: %s", number,
			      race->fault);
}

/* --- What racers do ------------------------------------------------------- */

static void arm(struct race *race, unsigned int i)
{
	race->ret[i] = vb2_buffer_arm_release_fence(race->vb[i]);
}

static void arm_first(struct racer *racer)
{
	arm(racer->race, 0);
}

static void arm_second(struct racer *racer)
{
	arm(racer->race, 1);
}

struct device_call {
	struct race	*race;
	unsigned int	i;
};

/* Only the driver knows, who does not look at the core's state of a buffer. */
static void end_job(struct race *race, unsigned int i,
		    enum vb2_buffer_state state)
{
	unsigned long flags;

	spin_lock_irqsave(&race->lock, flags);
	if (race->running[i]) {
		race->running[i] = false;
		vb2_buffer_done(race->vb[i], state);
	}
	spin_unlock_irqrestore(&race->lock, flags);
}

/* The handler of the device's interrupt: it or STREAMOFF completes a buffer. */
static void complete_in_hard_irq(void *data)
{
	struct device_call *call = data;
	struct race *race = call->race;

	if (!irqs_disabled())
		fault(race, "the device's interrupt is none");
	end_job(race, call->i, race->state[call->i]);
}

static void raise_irq(struct racer *racer, unsigned int i)
{
	struct device_call call = { racer->race, i };
	unsigned int skip = prandom_u32_state(&racer->rnd) % num_online_cpus();
	int cpu = cpumask_nth(skip, cpu_online_mask);

	if (smp_call_function_single(cpu, complete_in_hard_irq, &call, 1))
		fault(racer->race, "no CPU takes the device's interrupt");
}

static void complete_first(struct racer *racer)
{
	raise_irq(racer, 0);
}

static void do_job(struct racer *racer, unsigned int i)
{
	arm(racer->race, i);
	pause_at_random(racer);
	raise_irq(racer, i);
}

static void do_first_job(struct racer *racer)
{
	do_job(racer, 0);
}

static void do_second_job(struct racer *racer)
{
	do_job(racer, 1);
}

static void stop_streaming(struct racer *racer)
{
	struct vb2_kunit_queue *vkq = racer->race->vkq[0];
	int ret;

	mutex_lock(&vkq->lock);
	ret = vb2_core_streamoff(&vkq->q, vkq->q.type);
	mutex_unlock(&vkq->lock);
	if (ret)
		fault(racer->race, "STREAMOFF failed");
}

/* As a client that waits in poll() for one that writes the buffer. */
static void poll_until_written(struct racer *racer)
{
	struct race *race = racer->race;
	unsigned long end = jiffies + LIMIT;

	while (!vb2_kunit_poll(race->dbuf[0], EPOLLIN)) {
		if (time_after(jiffies, end)) {
			fault(race, "the dma-buf never gets ready");
			return;
		}
		cond_resched();
	}
}

/* What DMA_BUF_IOCTL_EXPORT_SYNC_FILE takes for a reader. */
static struct dma_fence *snapshot(struct race *race)
{
	struct dma_fence *fence;

	if (dma_resv_get_singleton(race->dbuf[0]->resv, DMA_RESV_USAGE_WRITE,
				   &fence)) {
		fault(race, "no memory for the fences");
		return NULL;
	}

	return fence;
}

static void await(struct race *race, struct dma_fence *fence)
{
	if (dma_fence_wait_timeout(fence, false, LIMIT) <= 0)
		fault(race, "a fence never signals");
	else if (!dma_fence_is_signaled(fence))
		fault(race, "a fence that was waited for is pending");
}

/* As a client that takes a sync_file, and closes it while it may be pending. */
static void export_sync_file(struct racer *racer)
{
	struct race *race = racer->race;
	struct dma_fence *fence = snapshot(race);
	struct sync_file *file;

	if (!fence)
		return;
	file = sync_file_create(fence);
	if (file) {
		pause_at_random(racer);
		fput(file->file);
	} else {
		fault(race, "no memory for a sync_file");
	}
	await(race, fence);
	if (!race->vkq[1] && race->state[0] == VB2_BUF_STATE_ERROR &&
	    dma_fence_get_status(fence) != -EIO)
		fault(race, "the fence of a failed job tells no error");
	dma_fence_put(fence);
}

/* As SYNC_IOC_MERGE; a fence is kept until after the buffer may be gone. */
static void merge_and_keep(struct racer *racer)
{
	struct race *race = racer->race;
	struct dma_fence *fence = snapshot(race);
	struct dma_fence *merged;

	if (!fence)
		return;
	merged = race->kept ? dma_fence_unwrap_merge(fence, race->kept) :
			      dma_fence_get(fence);
	if (merged) {
		await(race, merged);
		dma_fence_put(merged);
	} else {
		fault(race, "no memory to merge fences");
	}
	dma_fence_put(race->kept);
	race->kept = fence;
}

/* EXPBUF; NULL if it failed. */
static struct dma_buf *expbuf(struct race *race)
{
	struct vb2_queue *q = &race->vkq[0]->q;
	struct dma_buf *dbuf;
	int fd, ret;

	mutex_lock(q->lock);
	ret = vb2_core_expbuf(q, &fd, q->type, race->vb[0], 0,
			      O_RDWR | O_CLOEXEC);
	mutex_unlock(q->lock);
	if (ret) {
		fault(race, "EXPBUF failed");
		return NULL;
	}
	dbuf = dma_buf_get(fd);
	close_fd(fd);
	if (IS_ERR(dbuf)) {
		fault(race, "EXPBUF gave no dma-buf");
		return NULL;
	}

	return dbuf;
}

static void export_plane(struct racer *racer)
{
	struct race *race = racer->race;

	race->exported[racer - race->racers] = expbuf(race);
}

/* Who exports may find a dma-buf whose last user closes it. */
static void export_and_close(struct racer *racer)
{
	struct race *race = racer->race;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		struct dma_buf *dbuf = expbuf(race);

		if (!dbuf)
			return;
		if (dbuf->resv != race->resv)
			fault(race, "an export has another dma_resv");
		pause_at_random(racer);
		dma_buf_put(dbuf);
		/* A kernel thread leaves the rest to a worker, for later. */
		flush_delayed_fput();
	}
}

/* As a client that waits for its buffer, and queues it again at once. */
static void dequeue_and_queue(struct racer *racer)
{
	struct race *race = racer->race;
	struct vb2_kunit_queue *vkq = race->vkq[0];
	unsigned long end = jiffies + LIMIT;
	unsigned int index;
	int ret;

	do {
		cond_resched();
		mutex_lock(&vkq->lock);
		ret = vb2_core_dqbuf(&vkq->q, &index, NULL, true);
		mutex_unlock(&vkq->lock);
	} while (ret == -EAGAIN && time_before(jiffies, end));
	if (ret) {
		fault(race, "the buffer is never done");
		return;
	}
	/* Not by poll(), which answers one client at a time. */
	if (!dma_resv_test_signaled(race->dbuf[0]->resv, DMA_RESV_USAGE_WRITE))
		fault(race, "a buffer is dequeued with its fence pending");

	mutex_lock(&vkq->lock);
	ret = vb2_core_qbuf(&vkq->q, race->vb[0], NULL, NULL);
	if (!ret)
		ret = vkq->attach_ret;
	mutex_unlock(&vkq->lock);
	if (ret)
		fault(race, "a dequeued buffer can't be queued again");
}

static void lock_alone(struct racer *racer)
{
	struct dma_resv *resv = racer->race->dbuf[racer->rnd.s1 % 2]->resv;

	dma_resv_lock(resv, NULL);
	pause_at_random(racer);
	dma_resv_unlock(resv);
}

/* --- What the test does in between ---------------------------------------- */

/* The driver has the buffer from QBUF on; the racers complete it. */
static void begin_job(struct race *race, unsigned int i, unsigned int number)
{
	race->state[i] = (number >> i) % 4 ? VB2_BUF_STATE_DONE :
					     VB2_BUF_STATE_ERROR;
	race->running[i] = true;
}

static unsigned int count_pending(struct kunit *test, struct dma_resv *resv,
				  enum dma_resv_usage usage)
{
	struct dma_fence **fences;
	unsigned int num, i;

	KUNIT_ASSERT_EQ(test, dma_resv_get_fences(resv, usage, &num, &fences),
			0);
	for (i = 0; i < num; i++)
		dma_fence_put(fences[i]);
	kfree(fences);

	return num;
}

static void import_pair(struct race *race, unsigned int i,
			enum dma_data_direction dir, unsigned int num_planes)
{
	struct kunit *test = race->test;
	struct vb2_kunit_queue *vkq;
	unsigned int plane;

	vkq = vb2_kunit_queue_create(test, dir, &vb2_kunit_memops);
	race->vkq[i] = vkq;
	for (plane = 0; plane < num_planes; plane++)
		vkq->import[plane] = race->dbuf[(plane + i) % num_planes];
	race->vb[i] = vb2_kunit_alloc(test, vkq, VB2_MEMORY_DMABUF,
				      num_planes);
	vb2_kunit_streamon(test, vkq);
}

/* --- The races ------------------------------------------------------------ */

/* The interrupt comes on one CPU while others poll, export and merge. */
static void completion_meets_observers(struct kunit *test)
{
	static void (*const acts[RACERS])(struct racer *) = {
		complete_first, poll_until_written, export_sync_file,
		merge_and_keep,
	};
	struct race *race = race_create(test, acts);
	struct vb2_kunit_queue *vkq;
	unsigned int number;

	vkq = vb2_kunit_queue_create(test, DMA_FROM_DEVICE,
				     &vb2_vmalloc_memops);
	race->vkq[0] = vkq;
	for (number = 0; number < rounds; number++) {
		if (number % 64 == 0) {
			/* The memory goes; the last round's fence stays. */
			if (number) {
				vb2_kunit_put_dma_buf(test, race->dbuf[0]);
				vb2_kunit_streamoff(test, vkq);
				vb2_kunit_free_buffers(test, vkq);
			}
			race->vb[0] = vb2_kunit_alloc(test, vkq,
						      VB2_MEMORY_MMAP, 2);
			vb2_kunit_streamon(test, vkq);
			race->dbuf[0] = vb2_kunit_export(test, race->vb[0], 1,
							 O_RDWR);
		}
		begin_job(race, 0, number);
		vb2_kunit_qbuf(test, race->vb[0]);
		arm(race, 0);
		KUNIT_ASSERT_EQ(test, race->ret[0], 0);
		KUNIT_ASSERT_FALSE(test, vb2_kunit_poll(race->dbuf[0],
							EPOLLIN));
		race_run(race, number);
		KUNIT_ASSERT_TRUE(test, vb2_kunit_poll(race->dbuf[0],
						       EPOLLOUT));
		vb2_kunit_dqbuf(test, race->vb[0]);
	}
}

/* Two buffers that share both dma-bufs, each with another one first. */
static void opposite_orders_meet(struct kunit *test)
{
	static void (*const acts[RACERS])(struct racer *) = {
		arm_first, arm_second, lock_alone, lock_alone,
	};
	struct race *race = race_create(test, acts);
	unsigned int number, i;

	for (i = 0; i < 2; i++)
		race->dbuf[i] = vb2_kunit_dma_buf(test, NULL);
	for (i = 0; i < 2; i++)
		import_pair(race, i, DMA_FROM_DEVICE, 2);
	for (number = 0; number < rounds; number++) {
		for (i = 0; i < 2; i++)
			vb2_kunit_qbuf(test, race->vb[i]);
		race_run(race, number);
		for (i = 0; i < 2; i++) {
			KUNIT_ASSERT_EQ(test, race->ret[i], 0);
			KUNIT_ASSERT_EQ(test,
					count_pending(test,
						      race->dbuf[i]->resv,
						      DMA_RESV_USAGE_WRITE),
					2);
		}
		for (i = 0; i < 2; i++) {
			vb2_buffer_done(race->vb[i], VB2_BUF_STATE_DONE);
			vb2_kunit_dqbuf(test, race->vb[i]);
		}
	}
}

/* A plane is exported, for the first time, while its buffer is armed. */
static void export_meets_arming(struct kunit *test)
{
	static void (*const acts[RACERS])(struct racer *) = {
		arm_first, export_plane, export_plane, export_plane,
	};
	struct race *race = race_create(test, acts);
	struct vb2_kunit_queue *vkq;
	unsigned int number, i;

	vkq = vb2_kunit_queue_create(test, DMA_FROM_DEVICE,
				     &vb2_vmalloc_memops);
	race->vkq[0] = vkq;
	race->vb[0] = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 1);
	vb2_kunit_streamon(test, vkq);
	for (number = 0; number < rounds; number++) {
		struct dma_buf *dbuf;

		vb2_kunit_qbuf(test, race->vb[0]);
		race_run(race, number);
		KUNIT_ASSERT_EQ(test, race->ret[0], 0);
		dbuf = race->exported[1];
		KUNIT_EXPECT_PTR_EQ(test, race->exported[2], dbuf);
		KUNIT_EXPECT_PTR_EQ(test, race->exported[3], dbuf);
		KUNIT_EXPECT_EQ(test, count_pending(test, dbuf->resv,
						    DMA_RESV_USAGE_WRITE), 1);
		vb2_buffer_done(race->vb[0], VB2_BUF_STATE_DONE);
		KUNIT_EXPECT_TRUE(test, vb2_kunit_poll(dbuf, EPOLLOUT));
		vb2_kunit_dqbuf(test, race->vb[0]);
		for (i = 1; i < RACERS; i++)
			dma_buf_put(race->exported[i]);
		flush_delayed_fput();
	}
}

/* The last user of a dma-buf closes it while the plane is exported again. */
static void export_meets_last_close(struct kunit *test)
{
	static void (*const acts[RACERS])(struct racer *) = {
		arm_first, export_and_close, export_and_close,
		export_and_close,
	};
	struct race *race = race_create(test, acts);
	struct vb2_kunit_queue *vkq;
	struct dma_buf *dbuf;
	unsigned int number;

	vkq = vb2_kunit_queue_create(test, DMA_FROM_DEVICE,
				     &vb2_vmalloc_memops);
	race->vkq[0] = vkq;
	race->vb[0] = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 1);
	dbuf = vb2_kunit_export(test, race->vb[0], 0, O_RDWR);
	race->resv = dbuf->resv;
	vb2_kunit_put_dma_buf(test, dbuf);
	vb2_kunit_streamon(test, vkq);
	for (number = 0; number < rounds; number++) {
		vb2_kunit_qbuf(test, race->vb[0]);
		race_run(race, number);
		KUNIT_ASSERT_EQ(test, race->ret[0], 0);
		KUNIT_ASSERT_EQ(test, count_pending(test, race->resv,
						    DMA_RESV_USAGE_WRITE), 1);
		vb2_buffer_done(race->vb[0], VB2_BUF_STATE_DONE);
		KUNIT_ASSERT_EQ(test, count_pending(test, race->resv,
						    DMA_RESV_USAGE_WRITE), 0);
		vb2_kunit_dqbuf(test, race->vb[0]);
	}
}

/* The buffer is taken from the queue, and put back, as its job completes. */
static void completion_meets_dequeue(struct kunit *test)
{
	static void (*const acts[RACERS])(struct racer *) = {
		complete_first, dequeue_and_queue, poll_until_written,
		merge_and_keep,
	};
	struct race *race = race_create(test, acts);
	struct vb2_kunit_queue *vkq;
	unsigned int number;

	vkq = vb2_kunit_queue_create(test, DMA_FROM_DEVICE,
				     &vb2_vmalloc_memops);
	race->vkq[0] = vkq;
	race->vb[0] = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 1);
	race->dbuf[0] = vb2_kunit_export(test, race->vb[0], 0, O_RDWR);
	vb2_kunit_streamon(test, vkq);
	vb2_kunit_qbuf(test, race->vb[0]);
	for (number = 0; number < rounds; number++) {
		begin_job(race, 0, number);
		arm(race, 0);
		KUNIT_ASSERT_EQ(test, race->ret[0], 0);
		race_run(race, number);
		KUNIT_ASSERT_EQ(test, race->vb[0]->state, VB2_BUF_STATE_ACTIVE);
	}
}

/* The driver's stop_streaming. It may find that the interrupt was quicker. */
static void return_active(struct vb2_kunit_queue *vkq)
{
	end_job(vkq->priv, 0, VB2_BUF_STATE_ERROR);
}

/* STREAMOFF and the interrupt want to complete the same buffer. */
static void streamoff_meets_completion(struct kunit *test)
{
	static void (*const acts[RACERS])(struct racer *) = {
		complete_first, stop_streaming, poll_until_written,
		merge_and_keep,
	};
	struct race *race = race_create(test, acts);
	struct vb2_kunit_queue *vkq;
	unsigned int number;

	vkq = vb2_kunit_queue_create(test, DMA_FROM_DEVICE,
				     &vb2_vmalloc_memops);
	vkq->stop = return_active;
	vkq->priv = race;
	race->vkq[0] = vkq;
	race->vb[0] = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, 1);
	race->dbuf[0] = vb2_kunit_export(test, race->vb[0], 0, O_RDWR);
	for (number = 0; number < rounds; number++) {
		struct dma_fence *fence;
		int status;

		begin_job(race, 0, number);
		vb2_kunit_streamon(test, vkq);
		vb2_kunit_qbuf(test, race->vb[0]);
		arm(race, 0);
		KUNIT_ASSERT_EQ(test, race->ret[0], 0);
		fence = snapshot(race);
		KUNIT_ASSERT_NOT_NULL(test, fence);
		race_run(race, number);
		status = dma_fence_get_status(fence);
		dma_fence_put(fence);
		KUNIT_ASSERT_TRUE_MSG(test, status == 1 || status == -EIO,
				      "round %u: status %d", number, status);
		KUNIT_ASSERT_EQ(test, race->vb[0]->state,
				VB2_BUF_STATE_DEQUEUED);
		KUNIT_ASSERT_NULL(test, race->vb[0]->release_fence);
	}
}

/* One device writes the dma-buf, another one reads it. */
static void two_queues_meet_in_a_dma_buf(struct kunit *test)
{
	static void (*const acts[RACERS])(struct racer *) = {
		do_first_job, do_second_job, poll_until_written,
		export_sync_file,
	};
	struct race *race = race_create(test, acts);
	unsigned int number, i;

	race->dbuf[0] = vb2_kunit_dma_buf(test, NULL);
	import_pair(race, 0, DMA_FROM_DEVICE, 1);
	import_pair(race, 1, DMA_TO_DEVICE, 1);
	for (number = 0; number < rounds; number++) {
		for (i = 0; i < 2; i++) {
			begin_job(race, i, number);
			vb2_kunit_qbuf(test, race->vb[i]);
		}
		race_run(race, number);
		for (i = 0; i < 2; i++) {
			KUNIT_ASSERT_EQ(test, race->ret[i], 0);
			vb2_kunit_dqbuf(test, race->vb[i]);
		}
		KUNIT_ASSERT_EQ(test, count_pending(test, race->dbuf[0]->resv,
						    DMA_RESV_USAGE_READ), 0);
	}
}

static struct kunit_case videobuf2_concurrency_cases[] = {
	KUNIT_CASE_SLOW(completion_meets_observers),
	KUNIT_CASE_SLOW(opposite_orders_meet),
	KUNIT_CASE_SLOW(completion_meets_dequeue),
	KUNIT_CASE_SLOW(export_meets_arming),
	KUNIT_CASE_SLOW(export_meets_last_close),
	KUNIT_CASE_SLOW(streamoff_meets_completion),
	KUNIT_CASE_SLOW(two_queues_meet_in_a_dma_buf),
	{}
};

static struct kunit_suite videobuf2_concurrency_suite = {
	.name = "videobuf2_concurrency",
	.test_cases = videobuf2_concurrency_cases,
};

kunit_test_suite(videobuf2_concurrency_suite);

MODULE_DESCRIPTION("KUnit tests for release fences on several CPUs");
MODULE_LICENSE("GPL");
/* What MODULE_IMPORT_NS() makes, in the one form that every base takes. */
MODULE_INFO(import_ns, "DMA_BUF");
