// SPDX-License-Identifier: GPL-2.0-only
/*
 * A videobuf2 queue for KUnit tests, see videobuf2_kunit_helpers.h
 */

#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/kmemleak.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "videobuf2_kunit_helpers.h"

/* What freed queues are filled with: a test that still sees it has lost. */
#define VB2_KUNIT_POISON	'k'

/*
 * The fake allocator. For an MMAP plane it owns memory, a dma_resv and, while
 * they live, the dma-bufs of it. For an imported one it only holds the dma-buf.
 */
struct vb2_kunit_mem {
	struct vb2_kunit_queue	*vkq;
	refcount_t		refcount;
	struct dma_resv		own_resv;
	struct dma_resv		*resv;
	bool			hide_resv;
	struct dma_buf		*imported;
};

static atomic_t vb2_kunit_mem_count;

/**
 * vb2_kunit_live_mem() - count the buffers of the fake allocator
 *
 * Return: how many planes and imports there are that were not freed.
 */
int vb2_kunit_live_mem(void)
{
	return atomic_read(&vb2_kunit_mem_count);
}
EXPORT_SYMBOL_GPL(vb2_kunit_live_mem);

static struct vb2_kunit_queue *to_vkq(struct vb2_queue *q)
{
	return container_of(q, struct vb2_kunit_queue, q);
}

static void *vb2_kunit_mem_alloc(struct vb2_buffer *vb, struct device *dev,
				 unsigned long size)
{
	struct vb2_kunit_queue *vkq = to_vkq(vb->vb2_queue);
	struct vb2_kunit_mem *mem;
	unsigned int plane = 0;

	mem = kzalloc(sizeof(*mem), GFP_KERNEL);
	if (!mem)
		return ERR_PTR(-ENOMEM);

	/* The core allocates the planes in order. */
	while (vb->planes[plane].mem_priv)
		plane++;

	mem->vkq = vkq;
	mem->hide_resv = vkq->no_resv & BIT(plane);
	mem->resv = vkq->shared_resv ? &vkq->resv : &mem->own_resv;
	dma_resv_init(&mem->own_resv);
	refcount_set(&mem->refcount, 1);
	atomic_inc(&vb2_kunit_mem_count);

	return mem;
}

static void vb2_kunit_mem_put(void *buf_priv)
{
	struct vb2_kunit_mem *mem = buf_priv;

	if (!refcount_dec_and_test(&mem->refcount))
		return;

	dma_resv_fini(&mem->own_resv);
	kfree(mem);
	atomic_dec(&vb2_kunit_mem_count);
}

static unsigned int vb2_kunit_mem_num_users(void *buf_priv)
{
	struct vb2_kunit_mem *mem = buf_priv;

	return refcount_read(&mem->refcount);
}

static void vb2_kunit_mem_finish(void *buf_priv)
{
	struct vb2_kunit_mem *mem = buf_priv;

	mem->vkq->pending_at_finish =
		!dma_resv_test_signaled(mem->resv, DMA_RESV_USAGE_READ);
}

static struct sg_table *vb2_kunit_mem_map(struct dma_buf_attachment *attach,
					  enum dma_data_direction dir)
{
	/* There is no memory that a device could reach. */
	return ERR_PTR(-EOPNOTSUPP);
}

static void vb2_kunit_mem_unmap(struct dma_buf_attachment *attach,
				struct sg_table *sgt,
				enum dma_data_direction dir)
{
}

static void vb2_kunit_mem_release(struct dma_buf *dbuf)
{
	vb2_kunit_mem_put(dbuf->priv);
}

static const struct dma_buf_ops vb2_kunit_dma_buf_ops = {
	.map_dma_buf = vb2_kunit_mem_map,
	.unmap_dma_buf = vb2_kunit_mem_unmap,
	.release = vb2_kunit_mem_release,
};

static struct dma_buf *vb2_kunit_mem_get_dmabuf(struct vb2_buffer *vb,
						void *buf_priv,
						unsigned long flags)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);
	struct vb2_kunit_mem *mem = buf_priv;
	struct dma_buf *dbuf;

	exp_info.ops = &vb2_kunit_dma_buf_ops;
	exp_info.size = VB2_KUNIT_PLANE_SIZE;
	exp_info.flags = flags;
	exp_info.priv = mem;
	exp_info.resv = mem->hide_resv ? NULL : mem->resv;

	dbuf = dma_buf_export(&exp_info);
	if (IS_ERR(dbuf))
		return NULL;

	refcount_inc(&mem->refcount);
	return dbuf;
}

static struct dma_resv *vb2_kunit_mem_get_resv(struct vb2_buffer *vb,
					       void *buf_priv)
{
	struct vb2_kunit_mem *mem = buf_priv;

	return mem->hide_resv ? NULL : mem->resv;
}

static void *vb2_kunit_mem_attach_dmabuf(struct vb2_buffer *vb,
					 struct device *dev,
					 struct dma_buf *dbuf,
					 unsigned long size)
{
	struct vb2_kunit_mem *mem;

	mem = kzalloc(sizeof(*mem), GFP_KERNEL);
	if (!mem)
		return ERR_PTR(-ENOMEM);

	mem->vkq = to_vkq(vb->vb2_queue);
	mem->imported = dbuf;
	mem->resv = dbuf->resv;
	atomic_inc(&vb2_kunit_mem_count);

	return mem;
}

static void vb2_kunit_mem_detach_dmabuf(void *buf_priv)
{
	kfree(buf_priv);
	atomic_dec(&vb2_kunit_mem_count);
}

static void *vb2_kunit_mem_get_userptr(struct vb2_buffer *vb,
				       struct device *dev, unsigned long vaddr,
				       unsigned long size)
{
	struct vb2_kunit_mem *mem;

	mem = kzalloc(sizeof(*mem), GFP_KERNEL);
	if (!mem)
		return ERR_PTR(-ENOMEM);

	mem->vkq = to_vkq(vb->vb2_queue);
	mem->resv = &mem->own_resv;
	dma_resv_init(&mem->own_resv);
	refcount_set(&mem->refcount, 1);
	atomic_inc(&vb2_kunit_mem_count);

	return mem;
}

static int vb2_kunit_mem_map_dmabuf(void *buf_priv)
{
	return 0;
}

static void vb2_kunit_mem_unmap_dmabuf(void *buf_priv)
{
}

const struct vb2_mem_ops vb2_kunit_memops = {
	.alloc = vb2_kunit_mem_alloc,
	.put = vb2_kunit_mem_put,
	.num_users = vb2_kunit_mem_num_users,
	.get_userptr = vb2_kunit_mem_get_userptr,
	.put_userptr = vb2_kunit_mem_put,
	.finish = vb2_kunit_mem_finish,
	.get_dmabuf = vb2_kunit_mem_get_dmabuf,
	.get_resv = vb2_kunit_mem_get_resv,
	.attach_dmabuf = vb2_kunit_mem_attach_dmabuf,
	.detach_dmabuf = vb2_kunit_mem_detach_dmabuf,
	.map_dmabuf = vb2_kunit_mem_map_dmabuf,
	.unmap_dmabuf = vb2_kunit_mem_unmap_dmabuf,
};
EXPORT_SYMBOL_GPL(vb2_kunit_memops);

/* The fake driver. */

static int vb2_kunit_queue_setup(struct vb2_queue *q, unsigned int *num_buffers,
				 unsigned int *num_planes,
				 unsigned int sizes[],
				 struct device *alloc_devs[])
{
	struct vb2_kunit_queue *vkq = to_vkq(q);
	unsigned int i;

	*num_planes = vkq->num_planes;
	for (i = 0; i < *num_planes; i++)
		sizes[i] = VB2_KUNIT_PLANE_SIZE;

	return 0;
}

static void vb2_kunit_buf_queue(struct vb2_buffer *vb)
{
	struct vb2_kunit_queue *vkq = to_vkq(vb->vb2_queue);

	if (vkq->opt_in)
		vkq->attach_ret = vb2_buffer_attach_release_fence(vb);
}

static void vb2_kunit_return_all(struct vb2_queue *q,
				 enum vb2_buffer_state state)
{
	unsigned int i;

	for (i = 0; i < q->max_num_buffers; i++) {
		struct vb2_buffer *vb = vb2_get_buffer(q, i);

		if (vb && vb->state == VB2_BUF_STATE_ACTIVE)
			vb2_buffer_done(vb, state);
	}
}

static int vb2_kunit_start_streaming(struct vb2_queue *q, unsigned int count)
{
	struct vb2_kunit_queue *vkq = to_vkq(q);

	if (vkq->start)
		vkq->start(vkq);

	if (vkq->start_ret)
		vb2_kunit_return_all(q, VB2_BUF_STATE_QUEUED);

	return vkq->start_ret;
}

static void vb2_kunit_stop_streaming(struct vb2_queue *q)
{
	struct vb2_kunit_queue *vkq = to_vkq(q);

	if (vkq->stop)
		vkq->stop(vkq);
	else
		vb2_kunit_return_all(q, VB2_BUF_STATE_ERROR);
}

static const struct vb2_ops vb2_kunit_ops = {
	.queue_setup = vb2_kunit_queue_setup,
	.buf_queue = vb2_kunit_buf_queue,
	.start_streaming = vb2_kunit_start_streaming,
	.stop_streaming = vb2_kunit_stop_streaming,
};

static int vb2_kunit_fill_vb2_buffer(struct vb2_buffer *vb,
				     struct vb2_plane *planes)
{
	struct vb2_kunit_queue *vkq = to_vkq(vb->vb2_queue);
	unsigned int i;

	for (i = 0; i < vb->num_planes; i++) {
		if (vb->memory == VB2_MEMORY_DMABUF)
			planes[i].m.fd = vkq->import_fd[i];
		else if (vb->memory == VB2_MEMORY_USERPTR)
			planes[i].m.userptr = vkq->userptr;
		planes[i].length = VB2_KUNIT_PLANE_SIZE;
	}

	return 0;
}

static const struct vb2_buf_ops vb2_kunit_buf_ops = {
	.fill_vb2_buffer = vb2_kunit_fill_vb2_buffer,
};

/**
 * vb2_kunit_device() - get a device that the real allocators can use
 * @test: the running test
 *
 * Return: the device, which goes with the test.
 */
struct device *vb2_kunit_device(struct kunit *test)
{
	struct device *dev = kunit_device_register(test, "vb2-kunit");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	dev->dma_mask = &dev->coherent_dma_mask;
	KUNIT_ASSERT_EQ_MSG(test, dma_set_mask_and_coherent(dev,
							    DMA_BIT_MASK(32)),
			    0, "no DMA mask for the allocators' device");

	return dev;
}
EXPORT_SYMBOL_GPL(vb2_kunit_device);

static void vb2_kunit_queue_release(void *data)
{
	struct vb2_kunit_queue *vkq = data;

	mutex_lock(&vkq->lock);
	vb2_core_queue_release(&vkq->q);
	mutex_unlock(&vkq->lock);
	/* The last references to dma-bufs that are gone are put by a worker. */
	flush_delayed_fput();

	dma_resv_fini(&vkq->resv);
	memset(vkq, VB2_KUNIT_POISON, sizeof(*vkq));
	kfree(vkq);
}

/**
 * vb2_kunit_queue_create() - get a queue
 * @test:	the running test
 * @dir:	what the device does: it writes the buffers (DMA_FROM_DEVICE),
 *		reads them (DMA_TO_DEVICE), or both
 * @mem_ops:	where it gets memory, vb2_kunit_memops if that does not matter
 *
 * Return: the queue, which goes with the test.
 */
struct vb2_kunit_queue *
vb2_kunit_queue_create(struct kunit *test, enum dma_data_direction dir,
		       const struct vb2_mem_ops *mem_ops)
{
	/* The fake allocator, and copies of it, have no use for a device. */
	bool fake = mem_ops->alloc == vb2_kunit_memops.alloc;
	struct device *dev = NULL;
	struct vb2_kunit_queue *vkq;
	int ret;

	if (!fake)
		dev = vb2_kunit_device(test);

	vkq = kzalloc(sizeof(*vkq), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, vkq);
	mutex_init(&vkq->lock);
	dma_resv_init(&vkq->resv);
	vkq->opt_in = true;
	vkq->q.type = 1;
	vkq->q.is_output = dir != DMA_FROM_DEVICE;
	vkq->q.bidirectional = dir == DMA_BIDIRECTIONAL;
	vkq->q.io_modes = VB2_MMAP | VB2_DMABUF | VB2_USERPTR | VB2_READ |
			  VB2_WRITE;
	vkq->q.ops = &vb2_kunit_ops;
	vkq->q.mem_ops = mem_ops;
	vkq->q.buf_ops = &vb2_kunit_buf_ops;
	vkq->q.lock = &vkq->lock;
	vkq->q.dev = dev;

	ret = vb2_core_queue_init(&vkq->q);
	if (ret) {
		kfree(vkq);
		vkq = NULL;
	}
	KUNIT_ASSERT_NOT_NULL_MSG(test, vkq, "the queue is not accepted: %d",
				  ret);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test,
							vb2_kunit_queue_release,
							vkq), 0);

	return vkq;
}
EXPORT_SYMBOL_GPL(vb2_kunit_queue_create);

/**
 * vb2_kunit_queue_free() - close the queue before the test ends
 * @test:	the running test
 * @vkq:	the queue; its memory is overwritten and freed
 */
void vb2_kunit_queue_free(struct kunit *test, struct vb2_kunit_queue *vkq)
{
	kunit_release_action(test, vb2_kunit_queue_release, vkq);
}
EXPORT_SYMBOL_GPL(vb2_kunit_queue_free);

/**
 * vb2_kunit_alloc() - REQBUFS
 * @test:	the running test
 * @vkq:	the queue, with no buffers
 * @memory:	how the planes get their memory
 * @num_planes:	planes of each buffer
 *
 * Return: the first of three buffers.
 */
struct vb2_buffer *vb2_kunit_alloc(struct kunit *test,
				   struct vb2_kunit_queue *vkq,
				   enum vb2_memory memory,
				   unsigned int num_planes)
{
	unsigned int count = 3;
	int ret;

	vkq->num_planes = num_planes;
	mutex_lock(&vkq->lock);
	ret = vb2_core_reqbufs(&vkq->q, memory, 0, &count);
	mutex_unlock(&vkq->lock);
	KUNIT_ASSERT_EQ_MSG(test, ret, 0, "REQBUFS failed");
	KUNIT_ASSERT_EQ(test, count, 3);

	return vb2_get_buffer(&vkq->q, 0);
}
EXPORT_SYMBOL_GPL(vb2_kunit_alloc);

/**
 * vb2_kunit_free_buffers() - REQBUFS(0)
 * @test:	the running test
 * @vkq:	the queue, not streaming
 */
void vb2_kunit_free_buffers(struct kunit *test, struct vb2_kunit_queue *vkq)
{
	unsigned int count = 0;
	int ret;

	mutex_lock(&vkq->lock);
	ret = vb2_core_reqbufs(&vkq->q, vkq->q.memory, 0, &count);
	mutex_unlock(&vkq->lock);
	KUNIT_ASSERT_EQ_MSG(test, ret, 0, "REQBUFS(0) failed");
	flush_delayed_fput();
}
EXPORT_SYMBOL_GPL(vb2_kunit_free_buffers);

/**
 * vb2_kunit_streamon() - STREAMON
 * @test:	the running test
 * @vkq:	the queue, with buffers
 */
void vb2_kunit_streamon(struct kunit *test, struct vb2_kunit_queue *vkq)
{
	int ret;

	mutex_lock(&vkq->lock);
	ret = vb2_core_streamon(&vkq->q, vkq->q.type);
	mutex_unlock(&vkq->lock);
	KUNIT_ASSERT_EQ_MSG(test, ret, vkq->start_ret, "STREAMON");
}
EXPORT_SYMBOL_GPL(vb2_kunit_streamon);

/**
 * vb2_kunit_streamoff() - STREAMOFF
 * @test:	the running test
 * @vkq:	the queue
 */
void vb2_kunit_streamoff(struct kunit *test, struct vb2_kunit_queue *vkq)
{
	int ret;

	mutex_lock(&vkq->lock);
	ret = vb2_core_streamoff(&vkq->q, vkq->q.type);
	mutex_unlock(&vkq->lock);
	KUNIT_ASSERT_EQ_MSG(test, ret, 0, "STREAMOFF failed");
}
EXPORT_SYMBOL_GPL(vb2_kunit_streamoff);

/**
 * vb2_kunit_qbuf() - QBUF
 * @test:	the running test
 * @vb:		the buffer; with the driver, in state ACTIVE, if streaming
 */
void vb2_kunit_qbuf(struct kunit *test, struct vb2_buffer *vb)
{
	struct vb2_kunit_queue *vkq = to_vkq(vb->vb2_queue);
	unsigned int i, num_fds;
	int ret;

	/* The core takes the dma-bufs that it imports by file descriptor. */
	num_fds = vb->memory == VB2_MEMORY_DMABUF ? vb->num_planes : 0;
	for (i = 0; i < num_fds; i++) {
		get_dma_buf(vkq->import[i]);
		vkq->import_fd[i] = dma_buf_fd(vkq->import[i], O_CLOEXEC);
		if (vkq->import_fd[i] < 0)
			dma_buf_put(vkq->import[i]);
	}

	mutex_lock(&vkq->lock);
	ret = vb2_core_qbuf(&vkq->q, vb, NULL, NULL);
	mutex_unlock(&vkq->lock);

	for (i = 0; i < num_fds; i++)
		if (vkq->import_fd[i] >= 0)
			close_fd(vkq->import_fd[i]);
	KUNIT_ASSERT_EQ_MSG(test, ret, 0, "QBUF of buffer %u failed",
			    vb->index);
}
EXPORT_SYMBOL_GPL(vb2_kunit_qbuf);

/**
 * vb2_kunit_dqbuf() - DQBUF, not blocking
 * @test:	the running test
 * @vb:		the buffer that it must return
 */
void vb2_kunit_dqbuf(struct kunit *test, struct vb2_buffer *vb)
{
	struct vb2_queue *q = vb->vb2_queue;
	unsigned int index;
	int ret;

	mutex_lock(q->lock);
	ret = vb2_core_dqbuf(q, &index, NULL, true);
	mutex_unlock(q->lock);
	KUNIT_ASSERT_EQ_MSG(test, ret, 0, "DQBUF failed");
	KUNIT_ASSERT_EQ_MSG(test, index, vb->index,
			    "DQBUF returned another buffer");
}
EXPORT_SYMBOL_GPL(vb2_kunit_dqbuf);

/**
 * vb2_kunit_active() - get an MMAP buffer that the driver has
 * @test:	the running test
 * @vkq:	the queue, with no buffers
 * @num_planes:	planes of the buffer
 *
 * Return: the buffer.
 */
struct vb2_buffer *vb2_kunit_active(struct kunit *test,
				    struct vb2_kunit_queue *vkq,
				    unsigned int num_planes)
{
	struct vb2_buffer *vb;

	vb = vb2_kunit_alloc(test, vkq, VB2_MEMORY_MMAP, num_planes);
	vb2_kunit_streamon(test, vkq);
	vb2_kunit_qbuf(test, vb);
	KUNIT_ASSERT_EQ(test, vb->state, VB2_BUF_STATE_ACTIVE);

	return vb;
}
EXPORT_SYMBOL_GPL(vb2_kunit_active);

static void vb2_kunit_dma_buf_put(void *data)
{
	dma_buf_put(data);
	flush_delayed_fput();
}

/**
 * vb2_kunit_export() - EXPBUF, and close of the file descriptor
 * @test:	the running test
 * @vb:		the buffer
 * @plane:	its plane
 * @flags:	O_RDONLY, O_WRONLY or O_RDWR
 *
 * Return: the dma-buf, with a reference that the test drops at its end.
 */
struct dma_buf *vb2_kunit_export(struct kunit *test, struct vb2_buffer *vb,
				 unsigned int plane, unsigned int flags)
{
	struct vb2_queue *q = vb->vb2_queue;
	struct dma_buf *dbuf;
	int fd, ret;

	mutex_lock(q->lock);
	ret = vb2_core_expbuf(q, &fd, q->type, vb, plane, flags | O_CLOEXEC);
	mutex_unlock(q->lock);
	KUNIT_ASSERT_EQ_MSG(test, ret, 0, "EXPBUF of plane %u failed", plane);

	dbuf = dma_buf_get(fd);
	close_fd(fd);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dbuf);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test,
							vb2_kunit_dma_buf_put,
							dbuf), 0);

	return dbuf;
}
EXPORT_SYMBOL_GPL(vb2_kunit_export);

/**
 * vb2_kunit_dma_buf() - get a dma-buf of some other exporter
 * @test:	the running test
 * @resv:	the dma_resv that it shares with others, NULL for one of its own
 *
 * Return: the dma-buf, of which the test keeps a reference.
 */
struct dma_buf *vb2_kunit_dma_buf(struct kunit *test, struct dma_resv *resv)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);
	struct vb2_kunit_mem *mem;
	struct dma_buf *dbuf;

	mem = kzalloc(sizeof(*mem), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mem);
	dma_resv_init(&mem->own_resv);
	refcount_set(&mem->refcount, 1);
	atomic_inc(&vb2_kunit_mem_count);

	exp_info.ops = &vb2_kunit_dma_buf_ops;
	exp_info.size = VB2_KUNIT_PLANE_SIZE;
	exp_info.priv = mem;
	exp_info.resv = resv;
	dbuf = dma_buf_export(&exp_info);
	if (IS_ERR(dbuf))
		vb2_kunit_mem_put(mem);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dbuf);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test,
							vb2_kunit_dma_buf_put,
							dbuf), 0);

	return dbuf;
}
EXPORT_SYMBOL_GPL(vb2_kunit_dma_buf);

/**
 * vb2_kunit_put_dma_buf() - drop a dma-buf before the test ends
 * @test:	the running test
 * @dbuf:	from vb2_kunit_export() or vb2_kunit_dma_buf()
 */
void vb2_kunit_put_dma_buf(struct kunit *test, struct dma_buf *dbuf)
{
	kunit_release_action(test, vb2_kunit_dma_buf_put, dbuf);
}
EXPORT_SYMBOL_GPL(vb2_kunit_put_dma_buf);

struct vb2_kunit_test_fence {
	struct dma_fence	base;
	spinlock_t		lock;	/* the lock of @base */
};

static const char *vb2_kunit_fence_name(struct dma_fence *fence)
{
	return "vb2-kunit";
}

static const struct dma_fence_ops vb2_kunit_fence_ops = {
	.get_driver_name = vb2_kunit_fence_name,
	.get_timeline_name = vb2_kunit_fence_name,
};

static void vb2_kunit_fence_put(void *data)
{
	dma_fence_put(data);
}

/**
 * vb2_kunit_put_fence_later() - drop a reference when the test ends
 * @test:	the running test
 * @fence:	the fence
 */
void vb2_kunit_put_fence_later(struct kunit *test, struct dma_fence *fence)
{
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test,
							vb2_kunit_fence_put,
							fence), 0);
}
EXPORT_SYMBOL_GPL(vb2_kunit_put_fence_later);

static void vb2_kunit_fence_end(void *data)
{
	struct dma_fence *fence = data;

	if (!dma_fence_is_signaled(fence))
		dma_fence_signal(fence);
	dma_fence_put(fence);
}

/**
 * vb2_kunit_fence() - get a fence of some other driver
 * @test:	the running test
 *
 * Return: the fence, which is signalled when the test ends, if not before.
 */
struct dma_fence *vb2_kunit_fence(struct kunit *test)
{
	struct vb2_kunit_test_fence *fence = kzalloc(sizeof(*fence),
						     GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fence);
	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &vb2_kunit_fence_ops, &fence->lock,
		       dma_fence_context_alloc(1), 1);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test,
							vb2_kunit_fence_end,
							&fence->base), 0);

	return &fence->base;
}
EXPORT_SYMBOL_GPL(vb2_kunit_fence);

/**
 * vb2_kunit_add_fence() - publish a fence, as a driver that shares the memory
 * @test:	the running test
 * @resv:	where
 * @fence:	the fence
 * @usage:	as what
 */
void vb2_kunit_add_fence(struct kunit *test, struct dma_resv *resv,
			 struct dma_fence *fence, enum dma_resv_usage usage)
{
	int ret;

	dma_resv_lock(resv, NULL);
	ret = dma_resv_reserve_fences(resv, 1);
	if (!ret)
		dma_resv_add_fence(resv, fence, usage);
	dma_resv_unlock(resv);
	KUNIT_ASSERT_EQ(test, ret, 0);
}
EXPORT_SYMBOL_GPL(vb2_kunit_add_fence);

/**
 * vb2_kunit_pending() - look for a pending fence
 * @test:	the running test
 * @resv:	where
 * @usage:	DMA_RESV_USAGE_WRITE for what a reader has to wait for,
 *		DMA_RESV_USAGE_READ for what a writer has to
 *
 * Fails the test if there is more than one.
 *
 * Return: the fence, with a reference that the test drops at its end, or NULL.
 */
struct dma_fence *vb2_kunit_pending(struct kunit *test, struct dma_resv *resv,
				    enum dma_resv_usage usage)
{
	struct dma_fence **fences, *fence = NULL;
	unsigned int num, i;

	KUNIT_ASSERT_EQ(test, dma_resv_get_fences(resv, usage, &num, &fences),
			0);
	if (num == 1)
		fence = dma_fence_get(fences[0]);
	for (i = 0; i < num; i++)
		dma_fence_put(fences[i]);
	kfree(fences);
	KUNIT_ASSERT_LE_MSG(test, num, 1, "more than one fence was published");
	if (fence)
		vb2_kunit_put_fence_later(test, fence);

	return fence;
}
EXPORT_SYMBOL_GPL(vb2_kunit_pending);

/**
 * vb2_kunit_poll_file() - poll a file, as user space does, without waiting
 * @file:	the file
 * @events:	EPOLLIN or EPOLLOUT
 *
 * Return: whether it is ready.
 */
bool vb2_kunit_poll_file(struct file *file, __poll_t events)
{
	poll_table table;

	init_poll_funcptr(&table, NULL);
	table._key = events;

	return vfs_poll(file, &table) & events;
}
EXPORT_SYMBOL_GPL(vb2_kunit_poll_file);

/**
 * vb2_kunit_poll() - poll a dma-buf, as user space does
 * @dbuf:	the dma-buf
 * @events:	EPOLLIN or EPOLLOUT
 *
 * Return: whether the dma-buf is ready. If not, it may stay alive until the
 * fence signals that it waits for.
 */
bool vb2_kunit_poll(struct dma_buf *dbuf, __poll_t events)
{
	return vb2_kunit_poll_file(dbuf->file, events);
}
EXPORT_SYMBOL_GPL(vb2_kunit_poll);

/**
 * vb2_kunit_user_memory() - get memory of user space
 * @test:	the running test
 * @size:	in bytes
 *
 * Return: its address in user space; it goes with the test.
 */
void __user *vb2_kunit_user_memory(struct kunit *test, size_t size)
{
	unsigned long address;

	address = kunit_vm_mmap(test, NULL, 0, size, PROT_READ | PROT_WRITE,
				MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE_MSG(test, address, 0, "no user memory");
	/*
	 * KUnit attaches an mm for it, and loses one of the two references
	 * that kunit_attach_mm() takes. That is no leak of videobuf2.
	 */
	kmemleak_not_leak(current->mm);

	return (void __user *)address;
}
EXPORT_SYMBOL_GPL(vb2_kunit_user_memory);

MODULE_DESCRIPTION("KUnit helpers for videobuf2");
MODULE_LICENSE("GPL");
/* What MODULE_IMPORT_NS() makes, in the one form that every base takes. */
MODULE_INFO(import_ns, "DMA_BUF");
