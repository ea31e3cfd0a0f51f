// The elementwise work of CudaBackend, compiled when it starts: REAL is float or double.
//
// Every parameter takes eight bytes. A thread works on the elements index, index + stride, ...; DOT_THREADS is the number of
// threads of a block of dot, a power of two.

#define FOR_EACH(i, size)                                                                                              \
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < (size); i += gridDim.x * (long long)blockDim.x)

// As CudaBackend numbers them.
enum Activation { TANH, RELU, ELU, SIGMOID, IDENTITY };

extern "C" {

__global__ void fill(long long size, double value, REAL *target) {
    FOR_EACH(i, size) target[i] = (REAL)value;
}

__global__ void gatherRows(long long size, long long columns, const REAL *source, const int *rows, REAL *target) {
    FOR_EACH(i, size) target[i] = source[rows[i / columns] * columns + i % columns];
}

__global__ void broadcastRow(long long size, long long columns, const REAL *row, REAL *target) {
    FOR_EACH(i, size) target[i] = row[i % columns];
}

// Copies the triangle above the diagonal to the one below it.
__global__ void mirror(long long size, long long columns, REAL *target) {
    FOR_EACH(i, size) {
        long long row = i / columns, column = i % columns;
        if (column < row) target[i] = target[column * columns + row];
    }
}

__global__ void divideDamped(
    long long size, long long columns, const REAL *left, const REAL *right, double damping, REAL *target) {
    FOR_EACH(i, size) target[i] /= left[i / columns] * right[i % columns] + (REAL)damping;
}

__global__ void divideShifted(long long size, const REAL *divisors, double shift, REAL *target) {
    FOR_EACH(i, size) target[i] /= divisors[i] + (REAL)shift;
}

__global__ void square(long long size, const REAL *source, REAL *target) {
    FOR_EACH(i, size) target[i] = source[i] * source[i];
}

__global__ void scaleRows(long long size, long long columns, const REAL *factors, const REAL *source, REAL *target) {
    FOR_EACH(i, size) target[i] = factors[i / columns] * source[i];
}

__global__ void addScaled(long long size, double alpha, const REAL *x, REAL *y) {
    FOR_EACH(i, size) y[i] += (REAL)alpha * x[i];
}

__global__ void scale(long long size, double alpha, REAL *x) {
    FOR_EACH(i, size) x[i] *= (REAL)alpha;
}

// One sum a block, in an order that is the same each time; the sums of the blocks are added up elsewhere.
__global__ void dot(long long size, const REAL *x, const REAL *y, double *sums) {
    __shared__ double shared[DOT_THREADS];
    double sum = 0;
    FOR_EACH(i, size) sum += (double)x[i] * y[i];
    shared[threadIdx.x] = sum;
    for (int half = DOT_THREADS / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) shared[threadIdx.x] += shared[threadIdx.x + half];
    }
    if (threadIdx.x == 0) sums[blockIdx.x] = shared[0];
}

// A comparison with NaN is false: the branches are so that NaN passes through.
__global__ void activate(long long size, long long function, const REAL *s, REAL *y) {
    FOR_EACH(i, size) {
        REAL x = s[i];
        switch (function) {
            case TANH: y[i] = tanh(x); break;
            case RELU: y[i] = x <= 0 ? (REAL)0 : x; break;
            case ELU: y[i] = x > 0 ? x : expm1(x); break;
            case SIGMOID: y[i] = 1 / (1 + exp(-x)); break;
            default: y[i] = x;
        }
    }
}

__global__ void activateBackward(long long size, long long function, const REAL *s, const REAL *y, REAL *gradient) {
    FOR_EACH(i, size) {
        switch (function) {
            case TANH: gradient[i] *= 1 - y[i] * y[i]; break;
            case RELU: gradient[i] *= s[i] > 0 ? 1 : 0; break;
            case ELU: gradient[i] *= s[i] > 0 ? (REAL)1 : y[i] + 1; break;
            case SIGMOID: gradient[i] *= y[i] * (1 - y[i]); break;
            default: break;
        }
    }
}

__global__ void addActivationCurvature(
    long long size, long long function, const REAL *s, const REAL *y, const REAL *gradient, const REAL *tangent, REAL *target) {
    FOR_EACH(i, size) {
        REAL bend;
        switch (function) {
            case TANH: bend = -2 * y[i]; break;
            case ELU: bend = s[i] < 0 ? (REAL)1 : s[i] >= 0 ? (REAL)0 : s[i]; break;
            case SIGMOID: bend = 1 - 2 * y[i]; break;
            default: return;
        }
        target[i] += bend * gradient[i] * tangent[i];
    }
}

// rate and rootScale hold the bias corrections.
__global__ void adam(
    long long size,
    const REAL *gradient,
    double gradientScale,
    REAL *parameters,
    REAL *first,
    REAL *second,
    double rate,
    double rootScale,
    double beta1,
    double beta2,
    double epsilon) {
    REAL keptMean = (REAL)beta1, keptSquare = (REAL)beta2;
    FOR_EACH(i, size) {
        REAL g = (REAL)gradientScale * gradient[i];
        REAL m = keptMean * first[i] + (1 - keptMean) * g;
        REAL v = keptSquare * second[i] + (1 - keptSquare) * g * g;
        first[i] = m;
        second[i] = v;
        parameters[i] -= (REAL)rate * m / (sqrt(v) * (REAL)rootScale + (REAL)epsilon);
    }
}

__global__ void rmsProp(
    long long size,
    const REAL *gradient,
    double gradientScale,
    REAL *parameters,
    REAL *second,
    double rate,
    double decay,
    double epsilonInside,
    double epsilonOutside) {
    REAL kept = (REAL)decay;
    FOR_EACH(i, size) {
        REAL g = (REAL)gradientScale * gradient[i];
        REAL v = kept * second[i] + (1 - kept) * g * g;
        second[i] = v;
        parameters[i] -= (REAL)rate * g / (sqrt(v + (REAL)epsilonInside) + (REAL)epsilonOutside);
    }
}
}
