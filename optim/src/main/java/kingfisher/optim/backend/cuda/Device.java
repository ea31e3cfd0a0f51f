package kingfisher.optim.backend.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import kingfisher.optim.backend.Precision;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudart.CUkern_st;
import org.bytedeco.cuda.cudart.CUlib_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.cudart.dim3;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * A graphics processor in one precision: memory, one stream of work, cuBLAS and our kernels.
 *
 * <p>Everything goes to the one stream, so that it is done in the order of the calls, from whatever threads they come. The
 * methods that enqueue work must be called with this object's lock held, for they share arguments and staging memory.
 */
final class Device implements AutoCloseable {
    /** Threads of a block, a power of two. */
    static final int BLOCK_THREADS = 256;

    private static final int MOST_BLOCKS = 4096;
    private static final int MOST_DOT_BLOCKS = 128;
    private static final int COLLECTIONS = 3;
    private static final int COLLECTION_MILLISECONDS = 100;
    private static final String NEEDS = "the backend cuda needs an NVIDIA GPU, its driver (580 or newer) and CUDA 13's"
            + " libcudart, libcublas and libnvrtc: ";

    private final Precision precision;
    private final CUstream_st stream = new CUstream_st();
    private final cublasContext blas = new cublasContext();
    private final CUlib_st program = new CUlib_st();
    private final Map<Kernel, CUkern_st> kernels = new EnumMap<>(Kernel.class);
    private final Set<Long> blocks = new HashSet<>();
    private final Arguments arguments = new Arguments();
    private final dim3 grid = new dim3(1, 1, 1);
    private final dim3 block = new dim3(BLOCK_THREADS, 1, 1);
    private final ByteBuffer alpha = scalar();
    private final ByteBuffer beta = scalar();
    private final Pointer alphaPlace = new Pointer(alpha);
    private final Pointer betaPlace = new Pointer(beta);
    private final Staging staging;
    private final DeviceMemory dotSums;
    private DeviceMemory indices;
    private long indexCount = 1;
    private CudaMatrix ones;
    private boolean copying;
    private boolean closed;

    private Device(Precision precision, String architecture) {
        this.precision = precision;
        Status.ofRuntime(
                "cudaStreamCreateWithFlags", cudart.cudaStreamCreateWithFlags(stream, cudart.cudaStreamNonBlocking));
        Status.ofBlas("cublasCreate", cublas.cublasCreate_v2(blas));
        Status.ofBlas("cublasSetStream", cublas.cublasSetStream_v2(blas, stream));
        load(architecture);
        this.staging = new Staging(precision);
        staging.reserve((long) MOST_DOT_BLOCKS * Double.BYTES);
        this.dotSums = new DeviceMemory(this, (long) MOST_DOT_BLOCKS * Double.BYTES);
        this.indices = new DeviceMemory(this, Integer.BYTES);
        this.ones = matrix(1, 1);
        fill(ones, 1);
    }

    /**
     * Opens the first processor that CUDA shows; {@code CUDA_VISIBLE_DEVICES} chooses among several.
     *
     * @throws CudaUnavailableException if there is none, or a library is missing
     */
    static Device open(Precision precision) {
        loadLibraries();
        int[] number = new int[1];
        int status = cudart.cudaGetDeviceCount(number);
        if (status != cudart.cudaSuccess) {
            throw new CudaUnavailableException(
                    NEEDS + cudart.cudaGetErrorString(status).getString(), null);
        }
        return new Device(
                precision,
                "sm_" + attribute(cudart.cudaDevAttrComputeCapabilityMajor)
                        + attribute(cudart.cudaDevAttrComputeCapabilityMinor));
    }

    private static void loadLibraries() {
        try {
            Loader.load(cudart.class);
            Loader.load(cublas.class);
            Loader.load(nvrtc.class);
        } catch (LinkageError failure) {
            Throwable cause = failure;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new CudaUnavailableException(NEEDS + cause.getMessage(), failure);
        }
    }

    private static int attribute(int which) {
        int[] number = new int[1];
        Status.ofRuntime("cudaDeviceGetAttribute", cudart.cudaDeviceGetAttribute(number, which, 0));
        return number[0];
    }

    private void load(String architecture) {
        try (BytePointer code = KernelCompiler.compile(precision, architecture)) {
            Status.ofRuntime(
                    "cudaLibraryLoadData",
                    cudart.cudaLibraryLoadData(
                            program,
                            code,
                            (IntPointer) null,
                            (PointerPointer<?>) null,
                            0,
                            (IntPointer) null,
                            (PointerPointer<?>) null,
                            0));
        }
        for (Kernel kernel : Kernel.values()) {
            CUkern_st handle = new CUkern_st();
            Status.ofRuntime(kernel.nativeName, cudart.cudaLibraryGetKernel(handle, program, kernel.nativeName));
            kernels.put(kernel, handle);
        }
    }

    private static ByteBuffer scalar() {
        return ByteBuffer.allocateDirect(Double.BYTES).order(ByteOrder.nativeOrder());
    }

    Precision precision() {
        return precision;
    }

    /** What the maker calls the processor, and the release of CUDA's runtime. */
    static String description() {
        int[] release = new int[1];
        Status.ofRuntime("cudaRuntimeGetVersion", cudart.cudaRuntimeGetVersion(release));
        try (cudaDeviceProp properties = new cudaDeviceProp()) {
            Status.ofRuntime("cudaGetDeviceProperties", cudart.cudaGetDeviceProperties(properties, 0));
            return "%s, CUDA %d.%d".formatted(properties.name().getString(), release[0] / 1000, release[0] % 1000 / 10);
        }
    }

    /** Bytes of a number. */
    int bytes() {
        return precision == Precision.DOUBLE ? Double.BYTES : Float.BYTES;
    }

    /** Returns a new matrix of zeros. */
    synchronized CudaMatrix matrix(int rows, int columns) {
        long size = (long) rows * columns * bytes();
        DeviceMemory memory = new DeviceMemory(this, size);
        CudaMatrix matrix = new CudaMatrix(memory, memory.start().address(), rows, columns);
        Status.ofRuntime("cudaMemsetAsync", cudart.cudaMemsetAsync(matrix.address, 0, size, stream));
        return matrix;
    }

    synchronized long allocate(long bytes) {
        if (closed) {
            throw new IllegalStateException("the backend is closed");
        }
        Pointer start = new Pointer();
        int status = cudart.cudaMalloc(start, bytes);
        for (int i = 0; status == cudart.cudaErrorMemoryAllocation && i < COLLECTIONS; i++) {
            collectGarbage();
            status = cudart.cudaMalloc(start, bytes);
        }
        Status.ofRuntime("cudaMalloc of " + bytes + " bytes", status);
        blocks.add(start.address());
        return start.address();
    }

    /** Has memory freed that nobody refers to, if there is any: the heap may have room where the device has none. */
    private void collectGarbage() {
        int before = blocks.size();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(COLLECTION_MILLISECONDS);
        System.gc();
        try {
            while (blocks.size() == before && System.nanoTime() < end) {
                wait(1 + COLLECTION_MILLISECONDS / 10); // without the lock, which it takes to free
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Frees what was allocated, when all work is done that may use it; nothing if it is free already. */
    synchronized void free(long start) {
        if (blocks.remove(start)) {
            synchronize();
            Status.ofRuntime("cudaFree", cudart.cudaFree(new Address(start)));
            notifyAll();
        }
    }

    private void synchronize() {
        copying = false;
        Status.ofRuntime("cudaStreamSynchronize", cudart.cudaStreamSynchronize(stream));
    }

    /** Returns the arguments of the next kernel, empty. */
    Arguments arguments() {
        arguments.clear();
        return arguments;
    }

    /** Enqueues a kernel over so many elements, with what was put into {@link #arguments()}. */
    void launch(Kernel kernel, long elements) {
        launchBlocks(kernel, (int) Math.min(MOST_BLOCKS, (elements + BLOCK_THREADS - 1) / BLOCK_THREADS));
    }

    private void launchBlocks(Kernel kernel, int count) {
        grid.x(count);
        Status.ofRuntime(
                kernel.nativeName,
                cudart.cudaLaunchKernel(kernels.get(kernel), grid, block, arguments.places(), 0, stream));
    }

    /** Waits for the sum of products; its order is the same each time. */
    double dot(CudaMatrix x, CudaMatrix y) {
        int count = Math.min(MOST_DOT_BLOCKS, (x.size() + 4 * BLOCK_THREADS - 1) / (4 * BLOCK_THREADS));
        arguments().add(x.size()).add(x).add(y).add(dotSums.start());
        launchBlocks(Kernel.DOT, count);
        awaitCopy();
        copy(staging.pages(), dotSums.start(), (long) count * Double.BYTES, cudart.cudaMemcpyDeviceToHost);
        synchronize();
        return staging.sum(count);
    }

    /** {@code c = alpha · op(a) · op(b) + beta · c}; the shapes fit, but that {@code a} may have more columns than it needs. */
    void multiply(
            double alphaFactor,
            CudaMatrix a,
            boolean transposeA,
            CudaMatrix b,
            boolean transposeB,
            double betaFactor,
            CudaMatrix c) {
        set(alpha, alphaFactor);
        set(beta, betaFactor);
        boolean isDouble = precision == Precision.DOUBLE;
        int type = isDouble ? cudart.CUDA_R_64F : cudart.CUDA_R_32F;
        // cuBLAS counts columns first: a row-major product is the column-major product of the transposes, swapped.
        Status.ofBlas(
                "cublasGemmEx",
                cublas.cublasGemmEx(
                        blas,
                        transposeB ? cublas.CUBLAS_OP_T : cublas.CUBLAS_OP_N,
                        transposeA ? cublas.CUBLAS_OP_T : cublas.CUBLAS_OP_N,
                        c.columns(),
                        c.rows(),
                        transposeB ? b.columns() : b.rows(),
                        alphaPlace,
                        b.address,
                        type,
                        b.columns(),
                        a.address,
                        type,
                        a.columns(),
                        betaPlace,
                        c.address,
                        type,
                        c.columns(),
                        isDouble ? cublas.CUBLAS_COMPUTE_64F : cublas.CUBLAS_COMPUTE_32F,
                        cublas.CUBLAS_GEMM_DEFAULT));
    }

    private void set(ByteBuffer scalar, double value) {
        if (precision == Precision.DOUBLE) {
            scalar.putDouble(0, value);
        } else {
            scalar.putFloat(0, (float) value);
        }
    }

    /** Returns a row of at least so many ones. */
    CudaMatrix ones(int count) {
        if (ones.columns() < count) {
            ones = matrix(1, count);
            fill(ones, 1);
        }
        return ones;
    }

    void fill(CudaMatrix target, double value) {
        arguments().add(target.size()).add(value).add(target);
        launch(Kernel.FILL, target.size());
    }

    void copy(CudaMatrix source, CudaMatrix target) {
        copy(target.address, source.address, (long) source.size() * bytes(), cudart.cudaMemcpyDeviceToDevice);
    }

    /** Takes numbers from the host; returns before they have arrived. */
    void upload(double[] source, int offset, int stride, CudaMatrix target) {
        long size = (long) target.size() * bytes();
        awaitCopy();
        staging.reserve(size);
        staging.load(source, offset, stride, target.rows(), target.columns());
        copy(target.address, staging.pages(), size, cudart.cudaMemcpyHostToDevice);
        copying = true;
    }

    /** Waits for numbers and gives them to the host. */
    void download(CudaMatrix source, double[] target, int offset, int stride) {
        long size = (long) source.size() * bytes();
        awaitCopy();
        staging.reserve(size);
        copy(staging.pages(), source.address, size, cudart.cudaMemcpyDeviceToHost);
        synchronize();
        staging.store(source.rows(), source.columns(), target, offset, stride);
    }

    /** Takes row numbers from the host, for the next kernel only; returns where they will lie. */
    Address uploadIndices(int[] rows, int offset, int count) {
        awaitCopy();
        if (indexCount < count) {
            indices = new DeviceMemory(this, (long) count * Integer.BYTES);
            indexCount = count;
        }
        staging.reserve((long) count * Integer.BYTES);
        staging.load(rows, offset, count);
        copy(indices.start(), staging.pages(), (long) count * Integer.BYTES, cudart.cudaMemcpyHostToDevice);
        copying = true;
        return indices.start();
    }

    private void copy(Pointer target, Pointer source, long bytes, int direction) {
        Status.ofRuntime("cudaMemcpyAsync", cudart.cudaMemcpyAsync(target, source, bytes, direction, stream));
    }

    /** Waits until nothing reads the staging memory any more. */
    private void awaitCopy() {
        if (copying) {
            synchronize();
        }
    }

    /** Frees everything; closing again does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        synchronize();
        for (long start : blocks) {
            Status.ofRuntime("cudaFree", cudart.cudaFree(new Address(start)));
        }
        blocks.clear();
        staging.close();
        Status.ofRuntime("cudaLibraryUnload", cudart.cudaLibraryUnload(program));
        Status.ofBlas("cublasDestroy", cublas.cublasDestroy_v2(blas));
        Status.ofRuntime("cudaStreamDestroy", cudart.cudaStreamDestroy(stream));
    }
}
