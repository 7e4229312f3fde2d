/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A videobuf2 queue for KUnit tests: the real vb2 core, with a driver that
 * does nothing but remember, on a fake or on a real memory allocator.
 *
 * All that a helper makes is released when the test ends.
 */

#ifndef _VIDEOBUF2_KUNIT_HELPERS_H
#define _VIDEOBUF2_KUNIT_HELPERS_H

#include <kunit/test.h>
#include <linux/dma-buf.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/mutex.h>
#include <media/videobuf2-core.h>

#define VB2_KUNIT_PLANE_SIZE	PAGE_SIZE

/**
 * struct vb2_kunit_queue - a queue and what its driver does and saw
 * @q:			the queue; its lock is @lock, held by the helpers
 * @lock:		lock of @q
 * @num_planes:		planes of each buffer that is allocated from now on
 * @opt_in:		buf_queue attaches a release fence
 * @attach_ret:		what the last attach in buf_queue returned
 * @start:		what start_streaming does first, NULL for nothing; the
 *			queue is locked, so the test can't end in there
 * @stop:		what stop_streaming does; NULL: it gives the buffers
 *			back in state ERROR
 * @priv:		for @start and @stop
 * @start_ret:		what start_streaming returns; if not 0, it gives the
 *			buffers back in state QUEUED
 * @import:		the dma-bufs that the next QBUF imports, for each plane
 * @import_fd:		their file descriptors, for as long as QBUF runs
 * @userptr:		the user pointer of all planes of the next QBUF
 * @shared_resv:	all planes of the fake allocator share @resv
 * @no_resv:		the planes of the fake allocator for which get_resv has
 *			none, a bit mask
 * @resv:		see @shared_resv
 * @pending_at_finish:	a fence was pending when the fake allocator last made
 *			the caches coherent for the CPU
 */
struct vb2_kunit_queue {
	struct vb2_queue	q;
	struct mutex		lock;	/* the lock of @q */
	unsigned int		num_planes;
	bool			opt_in;
	int			attach_ret;
	void			(*start)(struct vb2_kunit_queue *vkq);
	void			(*stop)(struct vb2_kunit_queue *vkq);
	void			*priv;
	int			start_ret;
	struct dma_buf		*import[VB2_MAX_PLANES];
	int			import_fd[VB2_MAX_PLANES];
	unsigned long		userptr;
	bool			shared_resv;
	unsigned long		no_resv;
	struct dma_resv		resv;
	bool			pending_at_finish;
};

/* An allocator whose dma-bufs are real, and whose memory nothing reads. */
extern const struct vb2_mem_ops vb2_kunit_memops;

int vb2_kunit_live_mem(void);

struct device *vb2_kunit_device(struct kunit *test);

struct vb2_kunit_queue *
vb2_kunit_queue_create(struct kunit *test, enum dma_data_direction dir,
		       const struct vb2_mem_ops *mem_ops);
void vb2_kunit_queue_free(struct kunit *test, struct vb2_kunit_queue *vkq);

struct vb2_buffer *vb2_kunit_alloc(struct kunit *test,
				   struct vb2_kunit_queue *vkq,
				   enum vb2_memory memory,
				   unsigned int num_planes);
void vb2_kunit_free_buffers(struct kunit *test, struct vb2_kunit_queue *vkq);
void vb2_kunit_streamon(struct kunit *test, struct vb2_kunit_queue *vkq);
void vb2_kunit_streamoff(struct kunit *test, struct vb2_kunit_queue *vkq);
void vb2_kunit_qbuf(struct kunit *test, struct vb2_buffer *vb);
void vb2_kunit_dqbuf(struct kunit *test, struct vb2_buffer *vb);
struct vb2_buffer *vb2_kunit_active(struct kunit *test,
				    struct vb2_kunit_queue *vkq,
				    unsigned int num_planes);

struct dma_buf *vb2_kunit_export(struct kunit *test, struct vb2_buffer *vb,
				 unsigned int plane, unsigned int flags);
struct dma_buf *vb2_kunit_dma_buf(struct kunit *test, struct dma_resv *resv);
void vb2_kunit_put_dma_buf(struct kunit *test, struct dma_buf *dbuf);

struct dma_fence *vb2_kunit_fence(struct kunit *test);
void vb2_kunit_put_fence_later(struct kunit *test, struct dma_fence *fence);
struct dma_fence *vb2_kunit_pending(struct kunit *test, struct dma_resv *resv,
				    enum dma_resv_usage usage);
void vb2_kunit_add_fence(struct kunit *test, struct dma_resv *resv,
			 struct dma_fence *fence, enum dma_resv_usage usage);
bool vb2_kunit_poll_file(struct file *file, __poll_t events);
bool vb2_kunit_poll(struct dma_buf *dbuf, __poll_t events);
void __user *vb2_kunit_user_memory(struct kunit *test, size_t size);

#endif /* _VIDEOBUF2_KUNIT_HELPERS_H */
