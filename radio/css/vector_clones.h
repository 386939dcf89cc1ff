// EARSHOT_VECTOR_CLONES before a function definition: it is compiled for wider vectors too, and the
// widest that the processor has is taken when the program starts. One machine always takes the
// same; another kind of machine may differ in the last bits.
#pragma once

// Sanitizers' runtimes start after the resolvers that such functions need; gcc 12 has no clones for
// arm64, where the base instruction set holds vectors and fused multiply-add already.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define EARSHOT_VECTOR_CLONES [[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#else
#define EARSHOT_VECTOR_CLONES
#endif
