namespace KernelEngine.Nn;

/// <summary>What returns the module itself, as the type that it is: <c>var net = new Net().To(device);</c>.</summary>
public static class ModuleExtensions
{
    extension<TModule>(TModule module) where TModule : Module
    {
        /// <summary>Moves parameters, gradients and buffers to a device.</summary>
        public TModule To(ComputeDevice device)
        {
            Move(module, t => t.To(device));
            return module;
        }

        /// <summary>Converts floating-point parameters, gradients and buffers to a dtype.</summary>
        /// <exception cref="TensorTypeException">The dtype has no fractions.</exception>
        public TModule To(DType dtype)
        {
            if (!dtype.IsFloatingPoint)
            {
                throw new TensorTypeException(
                    $"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}");
            }

            Move(module, t => t.DType.IsFloatingPoint ? t.To(dtype) : t);
            return module;
        }

        /// <summary>Moves parameters, gradients and buffers to a device, and converts floating-point ones.</summary>
        /// <exception cref="TensorTypeException">The dtype has no fractions.</exception>
        public TModule To(ComputeDevice device, DType dtype) => module.To(dtype).To(device);

        /// <summary>Converts to float32.</summary>
        public TModule Float() => module.To(DType.Float32);

        /// <summary>Converts to float64.</summary>
        public TModule Double() => module.To(DType.Float64);

        /// <summary>Converts to float16.</summary>
        public TModule Half() => module.To(DType.Float16);

        /// <summary>Converts to bfloat16.</summary>
        public TModule BFloat16() => module.To(DType.BFloat16);

        /// <summary>
        /// A copy with parameters, buffers and modules of its own; what is shared within it is shared within the copy.
        /// As <c>copy.deepcopy</c>.
        /// </summary>
        /// <exception cref="TensorRuntimeException">It holds a tensor that was computed and recorded.</exception>
        public TModule Clone() => (TModule)new ModuleCopier().Copy(module);

        /// <summary>Says that it is being trained, with all modules in it.</summary>
        public TModule Train(bool mode = true)
        {
            module.SetTraining(mode);
            return module;
        }

        /// <summary>Says that it is being used, not trained, with all modules in it.</summary>
        public TModule Eval() => module.Train(false);

        /// <summary>Says whether its parameters are learned.</summary>
        public TModule RequiresGrad_(bool requiresGrad = true)
        {
            foreach (var parameter in module.Parameters())
                parameter.RequiresGrad_(requiresGrad);
            return module;
        }

        /// <summary>Calls a function for every module in it, then for itself.</summary>
        public TModule Apply(Action<Module> action)
        {
            foreach (var part in module.Modules().Reverse())
                action(part);
            return module;
        }
    }

    private static void Move(Module module, Func<Tensor, Tensor> convert)
    {
        using var scope = Autograd.NoGrad();
        foreach (var member in ModuleTree.Tensors(module))
        {
            var tensor = (Tensor)member.Value;
            var gradient = tensor.Grad;
            tensor.Grad = null;
            tensor.SetData(convert(tensor.Detach()));
            if (gradient is not null)
                tensor.Grad = convert(gradient);
        }
    }
}
