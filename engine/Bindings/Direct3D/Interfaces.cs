namespace KernelEngine.DirectCompute;

/// <summary>The names of interfaces.</summary>
internal static class Interfaces
{
    public static readonly Guid Unknown = new("00000000-0000-0000-c000-000000000046");
    public static readonly Guid Device = new("189819f1-1db6-4b57-be54-1821339b85f7");
    public static readonly Guid CommandQueue = new("0ec870a6-5d7e-4c22-8cfc-5baae07616ed");
    public static readonly Guid CommandAllocator = new("6102dee4-af59-4b09-b999-b44d73f09b24");
    public static readonly Guid CommandList = new("5b160d0f-ac1b-4185-8ba8-b3ae42a5a455");
    public static readonly Guid Fence = new("0a753dcf-c4d8-4b91-adf6-be5a60d95a76");
    public static readonly Guid Resource = new("696442be-a72e-4059-bc79-5b5c98040fad");
    public static readonly Guid RootSignature = new("c54a6b66-72df-4ee8-8be5-a946a1429214");
    public static readonly Guid PipelineState = new("765a30f3-f624-4c6f-a828-ace948622445");
    public static readonly Guid QueryHeap = new("0d9658ae-ed45-469e-a61d-970ec583cab4");
    public static readonly Guid Debug = new("344488b7-6846-474b-b989-f027448245e0");
    public static readonly Guid Factory = new("770aae78-f26f-4dba-a829-253c83d1b387");
    public static readonly Guid FindingFactory = new("1bc6ea02-ef36-464f-bf0c-21ca39e5168a");
    public static readonly Guid PreferringFactory = new("c1b6694f-ff09-44a9-b03c-77900a0a1d17");
    public static readonly Guid Adapter = new("29038f61-3839-4626-91fd-086879011a05");
    public static readonly Guid DxgiDevice = new("54ec77fa-1377-44e6-8c32-88fd5f44c84c");
}
