// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit random walk over what a driver and user space can do to the buffers of
 * two videobuf2 queues, against a model of what all observers may see
 *
 * One queue exports its buffers, the other imports them. Before each step the
 * model says what the call must return, and after it the model says which
 * fences are in which dma_resv, whether each sync_file that was ever taken has
 * signalled, and with what. The model is the first part of this file, and uses
 * nothing of videobuf2 but the names of a buffer's states.
 *
 * A step draws what it does from the seed and its own number alone, and does
 * nothing where that is impossible. So steps can be left out of a walk that
 * fails ("only"), until what is left is as short as can be.
 */

#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/dma-buf.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/string_choices.h>
#include <linux/sync_file.h>
#include <linux/uaccess.h>
#include <media/videobuf2-dma-contig.h>
#include <media/videobuf2-dma-sg.h>
#include <media/videobuf2-vmalloc.h>
#include <uapi/linux/dma-buf.h>

#include "videobuf2_kunit_helpers.h"

static unsigned int seed = 1;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "What the walks are drawn from");

static unsigned int steps = CONFIG_VIDEOBUF2_FENCE_MODEL_KUNIT_STEPS;
module_param(steps, uint, 0444);
MODULE_PARM_DESC(steps, "Steps of each walk");

static char *kind;
module_param(kind, charp, 0444);
MODULE_PARM_DESC(kind, "The one kind of queue to walk, by name; all if unset");

static char *only;
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "Numbers of the steps to go, as in 0-7,9; all if unset");

static bool trace;
module_param(trace, bool, 0444);
MODULE_PARM_DESC(trace, "Print each step before it is gone");

/* --- The model ------------------------------------------------------------ */

enum { EXPORTER, IMPORTER, NUM_QUEUES };

#define NUM_BUFFERS	3	/* of a queue, at most */
#define MAX_PLANES	3
#define IMPORT_PLANES	2
#define NUM_MODES	3	/* of access to a dma-buf */
#define NUM_PLACES	20
#define NUM_SYNC_FILES	8
#define NOWHERE		(-1)

/*
 * A buffer has one pending fence at most, so that a set of pending fences is a
 * set of buffers: a word of these bits.
 */
#define FENCE(queue, index)	BIT((queue) * NUM_BUFFERS + (index))

/* A dma-buf: what was exported of a place with one mode of access. */
struct model_export {
	bool held;	/* by user space */
	u32 polled;	/* a poll waits for one of these, and keeps it */
};

/* The memory of one plane of the exporter. Exports can outlive the buffer. */
struct model_place {
	bool owned;	/* by a buffer */
	struct model_export exports[NUM_MODES];
};

struct model_buffer {
	bool exists;
	enum vb2_buffer_state state;
	enum { NONE, ATTACHED, ARMED } fence;
	int status;			/* of the fence that was armed last */
	int places[MAX_PLANES];		/* of its planes, or NOWHERE */
	unsigned int modes[MAX_PLANES];	/* of what it imports */
};

struct model_queue {
	bool writes;			/* the device, that is */
	unsigned int num_planes;
	bool streaming;
	bool error;
	struct model_buffer buffers[NUM_BUFFERS];
	unsigned int done[NUM_BUFFERS];	/* in the order of completion */
	unsigned int num_done;
};

struct model_sync_file {
	bool held;
	u32 waits;	/* for these, all of which were pending once */
	bool single;	/* it was one, so that this has its status: */
	int status;
};

struct model {
	struct model_queue queues[NUM_QUEUES];
	struct model_place places[NUM_PLACES];
	struct model_sync_file sync_files[NUM_SYNC_FILES];
};

/* Who writes has to wait for all fences, who reads for those of writers. */
static u32 model_pending(const struct model *m, int place, bool writes)
{
	const struct model_buffer *b;
	unsigned int q, i, p;
	u32 pending = 0;

	for (q = 0; q < NUM_QUEUES; q++) {
		for (i = 0; i < NUM_BUFFERS; i++) {
			b = &m->queues[q].buffers[i];
			if (b->fence != ARMED ||
			    !(writes || m->queues[q].writes))
				continue;
			for (p = 0; p < m->queues[q].num_planes; p++)
				if (b->places[p] == place)
					pending |= FENCE(q, i);
		}
	}

	return pending;
}

/* What was armed signals, what was only attached was never there. */
static void model_signal(struct model *m, unsigned int q, unsigned int i,
			 int status)
{
	struct model_buffer *b = &m->queues[q].buffers[i];
	unsigned int n, mode;

	if (b->fence == ARMED) {
		b->status = status;
		for (n = 0; n < NUM_SYNC_FILES; n++) {
			if (m->sync_files[n].waits == FENCE(q, i))
				m->sync_files[n].status = status;
			m->sync_files[n].waits &= ~FENCE(q, i);
		}
		for (n = 0; n < NUM_PLACES; n++)
			for (mode = 0; mode < NUM_MODES; mode++)
				m->places[n].exports[mode].polled &=
					~FENCE(q, i);
	}
	b->fence = NONE;
}

static int model_attach(struct model_buffer *b)
{
	if (b->state != VB2_BUF_STATE_ACTIVE)
		return -EINVAL;
	if (b->fence != NONE)
		return -EBUSY;
	b->fence = ATTACHED;

	return 0;
}

static void model_give_to_driver(struct model_buffer *b, bool opt_in)
{
	b->state = VB2_BUF_STATE_ACTIVE;
	if (opt_in)
		b->fence = ATTACHED;
}

static void model_done(struct model *m, unsigned int q, unsigned int i,
		       enum vb2_buffer_state state)
{
	struct model_queue *queue = &m->queues[q];

	queue->buffers[i].state = state;
	if (state != VB2_BUF_STATE_QUEUED)
		queue->done[queue->num_done++] = i;
	model_signal(m, q, i, state == VB2_BUF_STATE_DONE ? 1 :
			      state == VB2_BUF_STATE_ERROR ? -EIO : -ECANCELED);
}

static void model_done_all(struct model *m, unsigned int q,
			   enum vb2_buffer_state state)
{
	unsigned int i;

	for (i = 0; i < NUM_BUFFERS; i++)
		if (m->queues[q].buffers[i].state == VB2_BUF_STATE_ACTIVE)
			model_done(m, q, i, state);
}

static int model_qbuf_ret(const struct model_queue *queue, unsigned int i)
{
	if (queue->error)
		return -EIO;

	return queue->buffers[i].state == VB2_BUF_STATE_DEQUEUED ? 0 : -EINVAL;
}

static int model_dqbuf_ret(const struct model_queue *queue)
{
	if (!queue->streaming)
		return -EINVAL;
	if (queue->error)
		return -EIO;

	return queue->num_done ? 0 : -EAGAIN;
}

static unsigned int model_dqbuf(struct model_queue *queue)
{
	unsigned int i = queue->done[0];

	queue->num_done--;
	memmove(queue->done, queue->done + 1,
		queue->num_done * sizeof(queue->done[0]));
	queue->buffers[i].state = VB2_BUF_STATE_DEQUEUED;

	return i;
}

static void model_streamoff(struct model *m, unsigned int q)
{
	struct model_queue *queue = &m->queues[q];
	unsigned int i;

	model_done_all(m, q, VB2_BUF_STATE_ERROR);
	for (i = 0; i < NUM_BUFFERS; i++)
		queue->buffers[i].state = VB2_BUF_STATE_DEQUEUED;
	queue->num_done = 0;
	queue->streaming = false;
	queue->error = false;
}

enum life { DEAD, ALIVE, UNKNOWN };

/* Which of its fences a poll waits for is not for the model to know. */
static enum life model_export_life(const struct model *m, int place,
				   unsigned int mode)
{
	const struct model_export *export = &m->places[place].exports[mode];
	const struct model_buffer *b = m->queues[IMPORTER].buffers;
	unsigned int i, p;

	if (export->held)
		return ALIVE;
	for (i = 0; i < NUM_BUFFERS; i++)
		for (p = 0; p < IMPORT_PLANES; p++)
			if (b[i].exists && b[i].places[p] == place &&
			    b[i].modes[p] == mode)
				return ALIVE;

	return export->polled ? UNKNOWN : DEAD;
}

static enum life model_exports_life(const struct model *m, int place)
{
	enum life life = DEAD;
	unsigned int mode;

	for (mode = 0; mode < NUM_MODES && life != ALIVE; mode++)
		life = model_export_life(m, place, mode) ?: life;

	return life;
}

static bool model_place_is_free(const struct model *m, int place)
{
	return !m->places[place].owned && model_exports_life(m, place) == DEAD;
}

static int model_free_place(const struct model *m)
{
	int place = 0;

	while (!model_place_is_free(m, place))
		place++;

	return place;
}

/* Whether there are places for @count buffers more. */
static bool model_has_room(const struct model *m, unsigned int q,
			   unsigned int count)
{
	unsigned int room = 0;
	int place;

	for (place = 0; place < NUM_PLACES; place++)
		room += model_place_is_free(m, place);

	return q != EXPORTER || room >= count * m->queues[q].num_planes;
}

static unsigned int model_num_buffers(const struct model_queue *queue)
{
	unsigned int i, num = 0;

	for (i = 0; i < NUM_BUFFERS; i++)
		num += queue->buffers[i].exists;

	return num;
}

/* The lowest index that is free. There is room. */
static unsigned int model_create(struct model *m, unsigned int q)
{
	struct model_queue *queue = &m->queues[q];
	unsigned int i = 0, p;

	while (queue->buffers[i].exists)
		i++;
	queue->buffers[i].exists = true;
	queue->buffers[i].state = VB2_BUF_STATE_DEQUEUED;
	for (p = 0; p < MAX_PLANES; p++)
		queue->buffers[i].places[p] = NOWHERE;
	if (q == EXPORTER) {
		for (p = 0; p < queue->num_planes; p++) {
			queue->buffers[i].places[p] = model_free_place(m);
			m->places[queue->buffers[i].places[p]].owned = true;
		}
	}

	return i;
}

static void model_free(struct model *m, unsigned int q, unsigned int i)
{
	struct model_buffer *b = &m->queues[q].buffers[i];
	unsigned int p;

	for (p = 0; p < m->queues[q].num_planes && b->exists; p++)
		if (q == EXPORTER)
			m->places[b->places[p]].owned = false;
	b->exists = false;
}

static void model_free_all(struct model *m, unsigned int q)
{
	unsigned int i;

	model_streamoff(m, q);
	for (i = 0; i < NUM_BUFFERS; i++)
		model_free(m, q, i);
}

static int model_remove_ret(const struct model_queue *queue, unsigned int i)
{
	if (!queue->buffers[i].exists)
		return -EINVAL;

	return queue->buffers[i].state == VB2_BUF_STATE_DEQUEUED ? 0 : -EBUSY;
}

/* --- The walk ------------------------------------------------------------- */

struct walk_kind {
	const char *name;
	const struct vb2_mem_ops *mem_ops;
	enum dma_data_direction dir;
	unsigned int num_planes;
};

/* The importer's device does what the exporter's does not. */
static const struct walk_kind walk_kinds[] = {
	{ "fake-capture-1", &vb2_kunit_memops, DMA_FROM_DEVICE, 1 },
	{ "fake-both-2", &vb2_kunit_memops, DMA_BIDIRECTIONAL, 2 },
	{ "vmalloc-capture-1", &vb2_vmalloc_memops, DMA_FROM_DEVICE, 1 },
	{ "vmalloc-output-3", &vb2_vmalloc_memops, DMA_TO_DEVICE, 3 },
	{ "dma-contig-capture-2", &vb2_dma_contig_memops, DMA_FROM_DEVICE, 2 },
	{ "dma-contig-output-1", &vb2_dma_contig_memops, DMA_TO_DEVICE, 1 },
	{ "dma-sg-capture-3", &vb2_dma_sg_memops, DMA_FROM_DEVICE, 3 },
	{ "dma-sg-output-2", &vb2_dma_sg_memops, DMA_TO_DEVICE, 2 },
};

KUNIT_ARRAY_PARAM_DESC(walk_kind, walk_kinds, name);

static const unsigned int modes[NUM_MODES] = { O_RDONLY, O_WRONLY, O_RDWR };
static const char * const mode_names[NUM_MODES] = { "r", "w", "rw" };
static const char * const queue_names[NUM_QUEUES] = { "exporter", "importer" };

#define NUM_LAST	16	/* steps that a failure is reported with */

struct walk {
	struct kunit *test;
	const struct walk_kind *kind;
	struct model model;
	struct vb2_kunit_queue *vkq[NUM_QUEUES];
	/* The fence that was published last, with a reference. */
	struct dma_fence *fences[NUM_QUEUES][NUM_BUFFERS];
	struct dma_resv *resvs[NUM_PLACES];
	struct dma_buf *dbufs[NUM_PLACES][NUM_MODES];
	struct file *sync_files[NUM_SYNC_FILES];
	struct dma_fence *sync_file_fences[NUM_SYNC_FILES];
	struct dma_buf_export_sync_file __user *user;
	unsigned int step;
	unsigned int begun;	/* steps that were not impossible */
	char last[NUM_LAST][64];
};

/* All that a step may make use of, whether it does or not. */
struct draw {
	unsigned int action;
	unsigned int queue, buffer, plane, mode, slot;
	unsigned int choice;
};

static void draw(struct draw *d, unsigned int kind_index, unsigned int step)
{
	d->action = jhash_3words(seed, step, 0, kind_index);
	d->queue = jhash_3words(seed, step, 1, kind_index) % NUM_QUEUES;
	d->buffer = jhash_3words(seed, step, 2, kind_index) % NUM_BUFFERS;
	d->plane = jhash_3words(seed, step, 3, kind_index) % MAX_PLANES;
	d->mode = jhash_3words(seed, step, 4, kind_index) % NUM_MODES;
	d->slot = jhash_3words(seed, step, 5, kind_index);
	d->choice = jhash_3words(seed, step, 6, kind_index);
}

/* Says what the step is about to do; a step that does nothing says nothing. */
static __printf(2, 3) void begin(struct walk *w, const char *fmt, ...)
{
	char *text = w->last[w->begun++ % NUM_LAST];
	va_list args;
	int length;

	length = scnprintf(text, sizeof(w->last[0]), "step %u: ", w->step);
	va_start(args, fmt);
	vscnprintf(text + length, sizeof(w->last[0]) - length, fmt, args);
	va_end(args);
	if (trace)
		kunit_info(w->test, "%s", text);
}

static struct vb2_buffer *buffer(struct walk *w, unsigned int q,
				 unsigned int i)
{
	return vb2_get_buffer(&w->vkq[q]->q, i);
}

static u32 set_of(struct walk *w, const struct dma_fence *fence)
{
	unsigned int q, i;

	for (q = 0; q < NUM_QUEUES; q++)
		for (i = 0; i < NUM_BUFFERS; i++)
			if (w->fences[q][i] == fence &&
			    w->model.queues[q].buffers[i].fence == ARMED)
				return FENCE(q, i);

	return 0;
}

/* The pending fence at @place that the model does not know. */
static struct dma_fence *new_fence(struct walk *w, int place)
{
	struct dma_fence *fence, *found = NULL;
	struct dma_resv_iter cursor;

	dma_resv_lock(w->resvs[place], NULL);
	dma_resv_for_each_fence(&cursor, w->resvs[place],
				DMA_RESV_USAGE_BOOKKEEP, fence) {
		if (dma_fence_is_signaled(fence) || set_of(w, fence))
			continue;
		found = dma_fence_get(fence);
		break;
	}
	dma_resv_unlock(w->resvs[place]);

	return found;
}

/* Timelines go forward, and no two buffers have the same. */
static void check_timeline(struct walk *w, unsigned int q, unsigned int i,
			   struct dma_fence *fence)
{
	struct kunit *test = w->test;
	unsigned int other, n;

	for (other = 0; other < NUM_QUEUES; other++) {
		for (n = 0; n < NUM_BUFFERS; n++) {
			if (!w->fences[other][n])
				continue;
			KUNIT_EXPECT_EQ_MSG(test, other == q && n == i,
					    w->fences[other][n]->context ==
					    fence->context,
					    "the timelines of %s %u and %s %u",
					    queue_names[other], n,
					    queue_names[q], i);
		}
	}
	if (w->fences[q][i])
		KUNIT_EXPECT_TRUE_MSG(test,
				      dma_fence_is_later(fence,
							 w->fences[q][i]),
				      "seqno %llu of %s %u comes after %llu",
				      fence->seqno, queue_names[q], i,
				      w->fences[q][i]->seqno);
}

/* Is called with the queue locked, too, so that the test can't end in here. */
static void arm(struct walk *w, unsigned int q, unsigned int i)
{
	struct model_buffer *b = &w->model.queues[q].buffers[i];
	struct kunit *test = w->test;
	struct dma_fence *fence;

	KUNIT_EXPECT_EQ_MSG(test, vb2_buffer_arm_release_fence(buffer(w, q, i)),
			    0, "arming");
	if (b->fence != ATTACHED)
		return;

	fence = new_fence(w, b->places[0]);
	KUNIT_EXPECT_NOT_NULL_MSG(test, fence, "nothing was published");
	if (!fence)
		return;
	check_timeline(w, q, i, fence);
	dma_fence_put(w->fences[q][i]);
	w->fences[q][i] = fence;
	b->fence = ARMED;
	b->status = 0;
}

static void find_resvs(struct walk *w, unsigned int i)
{
	const struct model_queue *queue = &w->model.queues[EXPORTER];
	const struct vb2_mem_ops *mem_ops = w->kind->mem_ops;
	struct vb2_buffer *vb = buffer(w, EXPORTER, i);
	struct kunit *test = w->test;
	unsigned int p;

	KUNIT_ASSERT_NOT_NULL(test, vb);
	for (p = 0; p < queue->num_planes; p++) {
		void *mem = vb->planes[p].mem_priv;
		struct dma_resv *resv = mem_ops->get_resv(vb, mem);

		KUNIT_ASSERT_NOT_NULL(test, resv);
		w->resvs[queue->buffers[i].places[p]] = resv;
	}
}

/* Mostly a buffer in @state, where there is one; now and then any. */
static unsigned int pick(const struct walk *w, const struct draw *d,
			 enum vb2_buffer_state state)
{
	const struct model_buffer *b = w->model.queues[d->queue].buffers;
	unsigned int n;

	for (n = 0; n < NUM_BUFFERS && (d->plane || d->mode); n++) {
		unsigned int i = (d->buffer + n) % NUM_BUFFERS;

		if (b[i].exists && b[i].state == state)
			return i;
	}

	return d->buffer;
}

/* The first export that is held, from @slot on. */
static bool find_held(const struct walk *w, unsigned int slot, int *place,
		      unsigned int *mode)
{
	const unsigned int num_slots = NUM_PLACES * NUM_MODES;
	unsigned int n;

	for (n = 0; n < num_slots; n++) {
		unsigned int at = (slot % num_slots + n) % num_slots;

		*place = at / NUM_MODES;
		*mode = at % NUM_MODES;
		if (w->model.places[*place].exports[*mode].held)
			return true;
	}

	return false;
}

/* --- What user space does ------------------------------------------------- */

static enum vb2_memory memory(unsigned int q)
{
	return q == EXPORTER ? VB2_MEMORY_MMAP : VB2_MEMORY_DMABUF;
}

static void create_bufs(struct walk *w, const struct draw *d)
{
	struct vb2_kunit_queue *vkq = w->vkq[d->queue];
	unsigned int count = 1, first = UINT_MAX, i;
	struct kunit *test = w->test;
	int ret;

	if (model_num_buffers(&w->model.queues[d->queue]) == NUM_BUFFERS ||
	    !model_has_room(&w->model, d->queue, 1))
		return;
	begin(w, "%s: CREATE_BUFS", queue_names[d->queue]);
	mutex_lock(&vkq->lock);
	ret = vb2_core_create_bufs(&vkq->q, memory(d->queue), 0, &count, 0,
				   NULL, &first);
	mutex_unlock(&vkq->lock);
	i = model_create(&w->model, d->queue);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_EQ(test, first, i);
	if (d->queue == EXPORTER)
		find_resvs(w, i);
}

static void reqbufs(struct walk *w, const struct draw *d)
{
	unsigned int count = d->choice % (NUM_BUFFERS + 1), n, i;
	struct model_queue *queue = &w->model.queues[d->queue];
	struct vb2_kunit_queue *vkq = w->vkq[d->queue];
	int expected = queue->streaming ? -EBUSY : 0;
	struct kunit *test = w->test;
	unsigned int got = count;
	int ret;

	if (!model_has_room(&w->model, d->queue, count))
		return;
	begin(w, "%s: REQBUFS %u", queue_names[d->queue], count);
	mutex_lock(&vkq->lock);
	ret = vb2_core_reqbufs(&vkq->q, memory(d->queue), 0, &got);
	mutex_unlock(&vkq->lock);
	KUNIT_ASSERT_EQ(test, ret, expected);
	if (ret)
		return;

	KUNIT_ASSERT_EQ(test, got, count);
	if (!count || model_num_buffers(queue))
		model_free_all(&w->model, d->queue);
	for (n = 0; n < count; n++) {
		i = model_create(&w->model, d->queue);
		if (d->queue == EXPORTER)
			find_resvs(w, i);
	}
}

static void remove_bufs(struct walk *w, const struct draw *d)
{
	int expected = model_remove_ret(&w->model.queues[d->queue], d->buffer);
	struct vb2_kunit_queue *vkq = w->vkq[d->queue];
	struct kunit *test = w->test;
	int ret;

	begin(w, "%s: REMOVE_BUFS %u", queue_names[d->queue], d->buffer);
	mutex_lock(&vkq->lock);
	ret = vb2_core_remove_bufs(&vkq->q, d->buffer, 1);
	mutex_unlock(&vkq->lock);
	KUNIT_ASSERT_EQ(test, ret, expected);
	if (!ret)
		model_free(&w->model, d->queue, d->buffer);
}

/* Chooses what the planes of @b import: what is exported, of any buffer. */
static bool choose_imports(struct walk *w, const struct draw *d,
			   struct model_buffer *b)
{
	unsigned int p;

	for (p = 0; p < IMPORT_PLANES; p++) {
		if (!find_held(w, d->slot >> 8 * p, &b->places[p],
			       &b->modes[p]))
			return false;
		w->vkq[IMPORTER]->import[p] =
			w->dbufs[b->places[p]][b->modes[p]];
	}

	return true;
}

static void qbuf(struct walk *w, const struct draw *d)
{
	struct model_queue *queue = &w->model.queues[d->queue];
	unsigned int i = pick(w, d, VB2_BUF_STATE_DEQUEUED);
	struct model_buffer *b = &queue->buffers[i];
	struct vb2_kunit_queue *vkq = w->vkq[d->queue];
	struct model_buffer imports = *b;
	struct kunit *test = w->test;
	int expected, ret;

	if (!b->exists)
		return;
	expected = model_qbuf_ret(queue, i);
	if (expected) {
		begin(w, "%s: QBUF %u", queue_names[d->queue], i);
		mutex_lock(&vkq->lock);
		ret = vb2_core_qbuf(&vkq->q, buffer(w, d->queue, i),
				    NULL, NULL);
		mutex_unlock(&vkq->lock);
		KUNIT_ASSERT_EQ(test, ret, expected);
		return;
	}

	/* Most drivers always attach, but one that could not goes on, too. */
	vkq->opt_in = d->choice % 8;
	if (d->queue == IMPORTER) {
		if (!choose_imports(w, d, &imports))
			return;
		begin(w, "importer: QBUF %u imports %d.%s, %d.%s%s", i,
		      imports.places[0], mode_names[imports.modes[0]],
		      imports.places[1], mode_names[imports.modes[1]],
		      vkq->opt_in ? "" : ", no attach");
	} else {
		begin(w, "exporter: QBUF %u%s", i,
		      vkq->opt_in ? "" : ", no attach");
	}
	vkq->attach_ret = 0;
	vb2_kunit_qbuf(test, buffer(w, d->queue, i));
	KUNIT_EXPECT_EQ(test, vkq->attach_ret, 0);
	*b = imports;
	b->state = VB2_BUF_STATE_QUEUED;
	if (queue->streaming)
		model_give_to_driver(b, vkq->opt_in);
}

static void dqbuf(struct walk *w, const struct draw *d)
{
	struct model_queue *queue = &w->model.queues[d->queue];
	struct vb2_kunit_queue *vkq = w->vkq[d->queue];
	int expected = model_dqbuf_ret(queue);
	struct kunit *test = w->test;
	unsigned int index;
	int ret;

	begin(w, "%s: DQBUF", queue_names[d->queue]);
	mutex_lock(&vkq->lock);
	ret = vb2_core_dqbuf(&vkq->q, &index, NULL, true);
	mutex_unlock(&vkq->lock);
	KUNIT_ASSERT_EQ(test, ret, expected);
	if (!ret)
		KUNIT_ASSERT_EQ(test, index, model_dqbuf(queue));
}

static void give_all_to_driver(struct walk *w, unsigned int q)
{
	struct model_queue *queue = &w->model.queues[q];
	unsigned int i;

	for (i = 0; i < NUM_BUFFERS; i++)
		if (queue->buffers[i].state == VB2_BUF_STATE_QUEUED)
			model_give_to_driver(&queue->buffers[i],
					     w->vkq[q]->opt_in);
}

static int streamon_ret(struct walk *w, unsigned int q)
{
	const struct model_queue *queue = &w->model.queues[q];

	return queue->streaming || model_num_buffers(queue) ? 0 : -EINVAL;
}

static int call_streamon(struct vb2_kunit_queue *vkq)
{
	int ret;

	mutex_lock(&vkq->lock);
	ret = vb2_core_streamon(&vkq->q, vkq->q.type);
	mutex_unlock(&vkq->lock);

	return ret;
}

static void streamon(struct walk *w, const struct draw *d)
{
	struct model_queue *queue = &w->model.queues[d->queue];
	struct kunit *test = w->test;
	int expected = streamon_ret(w, d->queue);

	begin(w, "%s: STREAMON", queue_names[d->queue]);
	w->vkq[d->queue]->opt_in = true;
	KUNIT_ASSERT_EQ(test, call_streamon(w->vkq[d->queue]), expected);
	if (expected || queue->streaming)
		return;
	queue->streaming = true;
	give_all_to_driver(w, d->queue);
}

struct failing_start {
	struct walk *walk;
	const struct draw *draw;
};

/* A driver may find out that it can't start when it has armed buffers. */
static void arm_some(struct vb2_kunit_queue *vkq)
{
	struct failing_start *start = vkq->priv;
	unsigned int q = start->draw->queue, i;

	give_all_to_driver(start->walk, q);
	for (i = 0; i < NUM_BUFFERS; i++)
		if (buffer(start->walk, q, i) && start->draw->choice & BIT(i))
			arm(start->walk, q, i);
}

static void failing_streamon(struct walk *w, const struct draw *d)
{
	struct failing_start start = { .walk = w, .draw = d };
	struct vb2_kunit_queue *vkq = w->vkq[d->queue];
	struct kunit *test = w->test;
	int ret;

	if (w->model.queues[d->queue].streaming || streamon_ret(w, d->queue))
		return;
	begin(w, "%s: STREAMON fails, armed %#lx", queue_names[d->queue],
	      d->choice & GENMASK(NUM_BUFFERS - 1, 0));
	vkq->opt_in = true;
	vkq->start = arm_some;
	vkq->priv = &start;
	vkq->start_ret = -EIO;
	ret = call_streamon(vkq);
	vkq->start = NULL;
	vkq->priv = NULL;
	vkq->start_ret = 0;
	KUNIT_ASSERT_EQ(test, ret, -EIO);
	model_done_all(&w->model, d->queue, VB2_BUF_STATE_QUEUED);
}

static void streamoff(struct walk *w, const struct draw *d)
{
	begin(w, "%s: STREAMOFF", queue_names[d->queue]);
	vb2_kunit_streamoff(w->test, w->vkq[d->queue]);
	model_streamoff(&w->model, d->queue);
}

static void open_queue(struct walk *w, unsigned int q)
{
	struct vb2_kunit_queue *vkq;

	if (q == EXPORTER) {
		vkq = vb2_kunit_queue_create(w->test, w->kind->dir,
					     w->kind->mem_ops);
		vkq->num_planes = w->kind->num_planes;
	} else {
		vkq = vb2_kunit_queue_create(w->test,
					     w->kind->dir == DMA_TO_DEVICE ?
					     DMA_FROM_DEVICE : DMA_TO_DEVICE,
					     &vb2_kunit_memops);
		vkq->num_planes = IMPORT_PLANES;
	}
	w->vkq[q] = vkq;
	w->model.queues[q].writes = vkq->q.dma_dir != DMA_TO_DEVICE;
	w->model.queues[q].num_planes = vkq->num_planes;
}

static void close_queue(struct walk *w, unsigned int q)
{
	vb2_kunit_queue_free(w->test, w->vkq[q]);
	w->vkq[q] = NULL;
	model_free_all(&w->model, q);
}

/* The fences of the queue that is gone can only be seen by sync_files. */
static void reopen(struct walk *w, const struct draw *d)
{
	unsigned int i;

	/* A test can have one device for the real allocators. */
	if (d->queue == EXPORTER && w->vkq[EXPORTER]->q.dev)
		return;
	begin(w, "%s: close, open", queue_names[d->queue]);
	close_queue(w, d->queue);
	for (i = 0; i < NUM_BUFFERS; i++) {
		dma_fence_put(w->fences[d->queue][i]);
		w->fences[d->queue][i] = NULL;
	}
	open_queue(w, d->queue);
}

static void expbuf(struct walk *w, const struct draw *d)
{
	struct model_queue *queue = &w->model.queues[EXPORTER];
	struct model_export *export;
	struct kunit *test = w->test;
	struct dma_buf *dbuf;
	enum life life;
	int place;

	if (!queue->buffers[d->buffer].exists || d->plane >= queue->num_planes)
		return;
	place = queue->buffers[d->buffer].places[d->plane];
	export = &w->model.places[place].exports[d->mode];
	life = model_export_life(&w->model, place, d->mode);
	begin(w, "exporter: EXPBUF %u plane %u as %d.%s", d->buffer, d->plane,
	      place, mode_names[d->mode]);
	dbuf = vb2_kunit_export(test, buffer(w, EXPORTER, d->buffer), d->plane,
				modes[d->mode]);
	KUNIT_EXPECT_PTR_EQ(test, dbuf->resv, w->resvs[place]);
	if (w->kind->mem_ops != &vb2_kunit_memops && life == ALIVE)
		KUNIT_EXPECT_PTR_EQ_MSG(test, dbuf, w->dbufs[place][d->mode],
					"the dma-buf is another one");
	if (export->held || life == ALIVE) {
		/* That of the fake allocator is new each time. */
		if (export->held || dbuf != w->dbufs[place][d->mode]) {
			vb2_kunit_put_dma_buf(test, dbuf);
			return;
		}
	}
	export->held = true;
	w->dbufs[place][d->mode] = dbuf;
}

static void close_dma_buf(struct walk *w, const struct draw *d)
{
	unsigned int mode;
	int place;

	if (!find_held(w, d->slot, &place, &mode))
		return;
	begin(w, "close dma-buf %d.%s", place, mode_names[mode]);
	vb2_kunit_put_dma_buf(w->test, w->dbufs[place][mode]);
	w->model.places[place].exports[mode].held = false;
}

static void poll_dma_buf(struct walk *w, const struct draw *d)
{
	bool writes = d->choice & 1;
	struct kunit *test = w->test;
	unsigned int mode;
	u32 pending;
	int place;

	if (!find_held(w, d->slot, &place, &mode))
		return;
	begin(w, "poll dma-buf %d.%s to %s", place, mode_names[mode],
	      str_write_read(writes));
	pending = model_pending(&w->model, place, writes);
	KUNIT_EXPECT_EQ(test, vb2_kunit_poll(w->dbufs[place][mode],
					     writes ? EPOLLOUT : EPOLLIN),
			!pending);
	w->model.places[place].exports[mode].polled |= pending;
}

static void export_sync_file(struct walk *w, const struct draw *d)
{
	bool writes = d->choice & 1;
	struct dma_buf_export_sync_file arg = {
		.flags = writes ? DMA_BUF_SYNC_WRITE : DMA_BUF_SYNC_READ,
		.fd = -1,
	};
	struct kunit *test = w->test;
	struct model_sync_file *s;
	unsigned int mode, n;
	struct file *file;
	long ret = -EFAULT;
	int place;

	n = (d->choice >> 1) % NUM_SYNC_FILES;
	s = &w->model.sync_files[n];
	if (s->held || !find_held(w, d->slot, &place, &mode))
		return;
	begin(w, "EXPORT_SYNC_FILE %u of %d.%s to %s", n, place,
	      mode_names[mode], str_write_read(writes));
	file = w->dbufs[place][mode]->file;
	if (!copy_to_user(w->user, &arg, sizeof(arg)))
		ret = file->f_op->unlocked_ioctl(file,
						 DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
						 (unsigned long)w->user);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_EQ(test, copy_from_user(&arg, w->user, sizeof(arg)), 0);
	w->sync_files[n] = fget(arg.fd);
	w->sync_file_fences[n] = sync_file_get_fence(arg.fd);
	close_fd(arg.fd);

	s->held = true;
	s->waits = model_pending(&w->model, place, writes);
	s->single = hweight32(s->waits) <= 1;
	s->status = s->waits ? 0 : 1;
}

static void drop_sync_file(struct walk *w, unsigned int n)
{
	w->model.sync_files[n].held = false;
	dma_fence_put(w->sync_file_fences[n]);
	w->sync_file_fences[n] = NULL;
	if (w->sync_files[n])
		fput(w->sync_files[n]);
	w->sync_files[n] = NULL;
}

static void close_sync_file(struct walk *w, const struct draw *d)
{
	unsigned int n = d->choice % NUM_SYNC_FILES;

	if (!w->model.sync_files[n].held)
		return;
	begin(w, "close sync_file %u", n);
	drop_sync_file(w, n);
}

/* --- What the driver does ------------------------------------------------- */

static void attach_again(struct walk *w, const struct draw *d)
{
	struct model_buffer *b = &w->model.queues[d->queue].buffers[d->buffer];
	struct vb2_buffer *vb = buffer(w, d->queue, d->buffer);
	struct kunit *test = w->test;

	if (!b->exists)
		return;
	begin(w, "%s: attach to %u", queue_names[d->queue], d->buffer);
	KUNIT_EXPECT_EQ(test, vb2_buffer_attach_release_fence(vb),
			model_attach(b));
}

static void arm_buffer(struct walk *w, const struct draw *d)
{
	unsigned int i = pick(w, d, VB2_BUF_STATE_ACTIVE);

	if (!w->model.queues[d->queue].buffers[i].exists)
		return;
	begin(w, "%s: arm %u", queue_names[d->queue], i);
	arm(w, d->queue, i);
}

struct interrupt {
	struct irq_work work;
	struct vb2_buffer *vb;
	enum vb2_buffer_state state;
};

static void interrupt(struct irq_work *work)
{
	struct interrupt *irq = container_of(work, struct interrupt, work);

	vb2_buffer_done(irq->vb, irq->state);
}

static void done(struct walk *w, const struct draw *d)
{
	/* One that is QUEUED again stays so until the stream ends. */
	enum vb2_buffer_state state = d->slot % 16 == 0 ? VB2_BUF_STATE_QUEUED :
				      d->slot % 4 == 0 ? VB2_BUF_STATE_ERROR :
							 VB2_BUF_STATE_DONE;
	unsigned int i = pick(w, d, VB2_BUF_STATE_ACTIVE);
	struct model_buffer *b = &w->model.queues[d->queue].buffers[i];
	bool in_interrupt = d->choice & 1;
	struct interrupt irq = {
		.work = IRQ_WORK_INIT_HARD(interrupt),
		.vb = buffer(w, d->queue, i),
		.state = state,
	};

	if (!b->exists || b->state != VB2_BUF_STATE_ACTIVE)
		return;
	begin(w, "%s: %u is %s%s", queue_names[d->queue], i,
	      state == VB2_BUF_STATE_QUEUED ? "QUEUED" :
	      state == VB2_BUF_STATE_ERROR ? "ERROR" : "DONE",
	      in_interrupt ? ", in an interrupt" : "");
	if (in_interrupt) {
		irq_work_queue(&irq.work);
		irq_work_sync(&irq.work);
	} else {
		vb2_buffer_done(irq.vb, state);
	}
	model_done(&w->model, d->queue, i, state);
}

static void queue_error(struct walk *w, const struct draw *d)
{
	struct model_queue *queue = &w->model.queues[d->queue];
	unsigned int i;

	begin(w, "%s: vb2_queue_error()", queue_names[d->queue]);
	for (i = 0; i < NUM_BUFFERS; i++)
		if (queue->buffers[i].state == VB2_BUF_STATE_ACTIVE)
			vb2_buffer_done(buffer(w, d->queue, i),
					VB2_BUF_STATE_ERROR);
	vb2_queue_error(&w->vkq[d->queue]->q);
	model_done_all(&w->model, d->queue, VB2_BUF_STATE_ERROR);
	queue->error = true;
}

/* The counter is one for the queue: a buffer that rests misses many. */
static void leap(struct walk *w, const struct draw *d)
{
	begin(w, "%s: many fences of other buffers", queue_names[d->queue]);
	atomic64_add(U32_MAX / 2 + 2,
		     &w->vkq[d->queue]->q.release_fence_seqno);
}

/* --- What all can see ----------------------------------------------------- */

static void check_place(struct walk *w, int place)
{
	struct kunit *test = w->test;
	struct dma_resv_iter cursor;
	unsigned int strangers = 0;
	u32 writers = 0, all = 0;
	struct dma_fence *fence;

	dma_resv_lock(w->resvs[place], NULL);
	dma_resv_for_each_fence(&cursor, w->resvs[place],
				DMA_RESV_USAGE_BOOKKEEP, fence) {
		enum dma_resv_usage usage = dma_resv_iter_usage(&cursor);
		u32 set = set_of(w, fence);

		if (dma_fence_is_signaled(fence))
			continue;
		if (!set || (usage != DMA_RESV_USAGE_WRITE &&
			     usage != DMA_RESV_USAGE_READ))
			strangers++;
		all |= set;
		if (usage == DMA_RESV_USAGE_WRITE)
			writers |= set;
	}
	dma_resv_unlock(w->resvs[place]);

	KUNIT_EXPECT_EQ_MSG(test, all, model_pending(&w->model, place, true),
			    "the pending fences at %d", place);
	KUNIT_EXPECT_EQ_MSG(test, writers,
			    model_pending(&w->model, place, false),
			    "the pending fences of writers at %d", place);
	KUNIT_EXPECT_EQ_MSG(test, strangers, 0,
			    "fences at %d that should not be", place);
}

static void check_buffer(struct walk *w, unsigned int q, unsigned int i)
{
	const struct model_buffer *b = &w->model.queues[q].buffers[i];
	struct vb2_buffer *vb = w->vkq[q] ? buffer(w, q, i) : NULL;
	struct kunit *test = w->test;
	enum life life = DEAD;
	unsigned int p;

	if (w->fences[q][i])
		KUNIT_EXPECT_EQ_MSG(test,
				    dma_fence_get_status(w->fences[q][i]),
				    b->status, "the last fence of %s %u",
				    queue_names[q], i);
	KUNIT_EXPECT_EQ_MSG(test, !!vb, b->exists, "%s %u is there",
			    queue_names[q], i);
	if (!vb)
		return;
	KUNIT_EXPECT_EQ_MSG(test, vb->state, b->state, "the state of %s %u",
			    queue_names[q], i);
	KUNIT_EXPECT_EQ_MSG(test, !!vb->release_fence, b->fence != NONE,
			    "%s %u has a fence", queue_names[q], i);
	if (q != EXPORTER)
		return;
	for (p = 0; p < w->kind->num_planes && life != ALIVE; p++)
		life = model_exports_life(&w->model, b->places[p]) ?: life;
	if (life != UNKNOWN)
		KUNIT_EXPECT_EQ_MSG(test,
				    vb2_buffer_in_use(vb->vb2_queue, vb),
				    life == ALIVE, "exporter %u is in use", i);
}

static void check_sync_file(struct walk *w, unsigned int n)
{
	const struct model_sync_file *s = &w->model.sync_files[n];
	struct kunit *test = w->test;

	KUNIT_EXPECT_EQ_MSG(test,
			    vb2_kunit_poll_file(w->sync_files[n], EPOLLIN),
			    !s->waits, "sync_file %u is ready", n);
	if (s->single) {
		struct dma_fence *fence = w->sync_file_fences[n];

		KUNIT_EXPECT_EQ_MSG(test, dma_fence_get_status(fence),
				    s->status, "the status of sync_file %u", n);
	}
}

static void check(struct walk *w)
{
	unsigned int q, i, n;
	int place;

	for (place = 0; place < NUM_PLACES; place++)
		if (w->model.places[place].owned ||
		    model_exports_life(&w->model, place) == ALIVE)
			check_place(w, place);
	for (q = 0; q < NUM_QUEUES; q++)
		for (i = 0; i < NUM_BUFFERS; i++)
			check_buffer(w, q, i);
	for (n = 0; n < NUM_SYNC_FILES; n++)
		if (w->model.sync_files[n].held)
			check_sync_file(w, n);
}

/* --- The walk as a whole -------------------------------------------------- */

static const struct {
	void (*go)(struct walk *w, const struct draw *d);
	unsigned int weight;
} actions[] = {
	{ create_bufs, 14 },
	{ reqbufs, 2 },
	{ remove_bufs, 5 },
	{ qbuf, 48 },
	{ dqbuf, 32 },
	{ streamon, 16 },
	{ failing_streamon, 4 },
	{ streamoff, 6 },
	{ reopen, 1 },
	{ expbuf, 20 },
	{ close_dma_buf, 10 },
	{ poll_dma_buf, 20 },
	{ export_sync_file, 22 },
	{ close_sync_file, 16 },
	{ attach_again, 6 },
	{ arm_buffer, 44 },
	{ done, 44 },
	{ queue_error, 1 },
	{ leap, 1 },
};

static void go(struct walk *w, const struct draw *d)
{
	unsigned int at = 0, total = 0, n;

	for (n = 0; n < ARRAY_SIZE(actions); n++)
		total += actions[n].weight;
	at = d->action % total;
	for (n = 0; at >= actions[n].weight; n++)
		at -= actions[n].weight;
	actions[n].go(w, d);
}

static bool failed(const struct walk *w)
{
	return READ_ONCE(w->test->status) == KUNIT_FAILURE;
}

/* Whatever way the walk ends; the queues and dma-bufs are gone by then. */
static void walk_end(void *data)
{
	struct walk *w = data;
	unsigned int q, i, n;

	for (n = 0; n < NUM_SYNC_FILES; n++)
		drop_sync_file(w, n);
	for (q = 0; q < NUM_QUEUES; q++)
		for (i = 0; i < NUM_BUFFERS; i++)
			dma_fence_put(w->fences[q][i]);
	flush_delayed_fput();
	if (!failed(w))
		return;

	kunit_err(w->test, "seed=%u kind=%s failed at step %u of %u; the last:",
		  seed, w->kind->name, w->step, steps);
	for (n = w->begun - min(w->begun, NUM_LAST); n < w->begun; n++)
		kunit_err(w->test, "%s", w->last[n % NUM_LAST]);
}

/* Fences and dma-bufs outlive the queues, and nothing outlives these. */
static void leave(struct walk *w, int live_mem)
{
	struct kunit *test = w->test;
	unsigned int q, i, n, mode;
	int place;

	begin(w, "close all");
	close_queue(w, IMPORTER);
	check(w);
	close_queue(w, EXPORTER);
	check(w);
	for (n = 0; n < NUM_SYNC_FILES; n++)
		drop_sync_file(w, n);
	flush_delayed_fput();
	while (find_held(w, 0, &place, &mode)) {
		vb2_kunit_put_dma_buf(test, w->dbufs[place][mode]);
		w->model.places[place].exports[mode].held = false;
	}
	for (q = 0; q < NUM_QUEUES; q++) {
		for (i = 0; i < NUM_BUFFERS; i++) {
			struct dma_fence *fence = w->fences[q][i];

			if (!fence)
				continue;
			KUNIT_EXPECT_EQ_MSG(test,
					    kref_read(&fence->refcount), 1,
					    "references of the last fence of %s %u",
					    queue_names[q], i);
		}
	}
	KUNIT_EXPECT_EQ_MSG(test, vb2_kunit_live_mem(), live_mem,
			    "memory of the fake allocator is left");
}

static void walk_agrees_with_model(struct kunit *test)
{
	const struct walk_kind *param = test->param_value;
	bool tainted = test_taint(TAINT_WARN);
	int live_mem = vb2_kunit_live_mem();
	unsigned long *selected;
	struct walk *w;
	struct draw d;

	if (kind && strcmp(kind, param->name))
		kunit_skip(test, "not of the kind %s", kind);

	w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, w);
	w->test = test;
	w->kind = param;
	selected = kunit_kcalloc(test, BITS_TO_LONGS(steps), sizeof(long),
				 GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, selected);
	bitmap_fill(selected, steps);
	if (only)
		KUNIT_ASSERT_EQ_MSG(test,
				    bitmap_parselist(only, selected, steps), 0,
				    "only=%s: not numbers below %u", only,
				    steps);
	w->user = vb2_kunit_user_memory(test, PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, walk_end, w), 0);
	open_queue(w, EXPORTER);
	open_queue(w, IMPORTER);

	kunit_info(test, "seed=%u kind=%s steps=%u", seed, param->name, steps);
	for_each_set_bit(w->step, selected, steps) {
		draw(&d, param - walk_kinds, w->step);
		go(w, &d);
		/* What the step has let go of. */
		flush_delayed_fput();
		check(w);
		/* Splats do not fail a test by themselves. */
		if (!tainted && test_taint(TAINT_WARN))
			KUNIT_FAIL(test, "the kernel warned");
		if (failed(w))
			return;
		cond_resched();
	}
	leave(w, live_mem);
}

static void kind_is_known(struct kunit *test)
{
	unsigned int n;

	for (n = 0; kind && n < ARRAY_SIZE(walk_kinds); n++)
		if (!strcmp(kind, walk_kinds[n].name))
			return;
	if (kind)
		KUNIT_FAIL(test, "there is no kind=%s", kind);
}

static struct kunit_case videobuf2_fence_model_cases[] = {
	KUNIT_CASE(kind_is_known),
	KUNIT_CASE_PARAM_ATTR(walk_agrees_with_model, walk_kind_gen_params,
			      { .speed = KUNIT_SPEED_SLOW }),
	{}
};

static struct kunit_suite videobuf2_fence_model_suite = {
	.name = "videobuf2_fence_model",
	.test_cases = videobuf2_fence_model_cases,
};

kunit_test_suite(videobuf2_fence_model_suite);

MODULE_DESCRIPTION("KUnit random walk over release fences of videobuf2");
MODULE_LICENSE("GPL");
